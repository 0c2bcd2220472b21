//! `--out influxdb=URL`: writes each second to InfluxDB, version 1 (`http://host:8086/database`) or 2 and later
//! (`http://host:8086?org=…&bucket=…`, with a token), in the shape that k6 gives its points.

mod database;
mod lines;

use crate::plan::Plan;
use crate::results::output::push::{Losses, PushError, Pusher, Variables, target, variables};
use crate::results::output::registry::{Keep, Registry};
use crate::results::tally::{Output, Update};
use database::Database;
use std::collections::VecDeque;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Bytes of lines that may wait for a database that doesn't take them.
const MOST_WAITING: usize = 8 << 20;

/// Bytes of lines in one request.
const AT_ONCE: usize = 1 << 20;

/// After a push that failed, the next one is tried this much later: each may take some seconds, in which nobody reads the
/// queue of the output.
const PAUSE: Duration = Duration::from_secs(5);

/// Writes to a database.
#[derive(Debug)]
struct InfluxDb {
    registry: Registry,
    create: Option<(Pusher, String)>,
    pusher: Pusher,
    /// Seconds that weren't taken yet, oldest first.
    waiting: VecDeque<String>,
    /// When the run began, as the clock on the wall had it.
    origin: Option<SystemTime>,
    /// Until when in the run nothing is tried.
    pause: Duration,
    losses: Losses,
}

impl InfluxDb {
    /// Writes there, or where k6's variables say.
    ///
    /// # Errors
    /// What is wrong with the address or a variable.
    fn open(target: Option<&str>, variables: Variables<'_>) -> Result<InfluxDb, String> {
        let database = Database::read(target, variables)?;
        let headers = database.headers();
        let create = database.create();
        Ok(InfluxDb {
            registry: Registry::new(Keep::News),
            create: create
                .map(|(url, body)| Ok::<_, String>((Pusher::new(url, &headers)?, body)))
                .transpose()?,
            pusher: Pusher::new(database.write, &headers)?,
            waiting: VecDeque::new(),
            origin: None,
            pause: Duration::ZERO,
            losses: Losses::default(),
        })
    }

    /// Turns what came into lines, which wait to be written.
    fn keep(&mut self, update: &Update) {
        let elapsed = update.snapshot.elapsed;
        let origin = *self.origin.get_or_insert_with(|| SystemTime::now() - elapsed);
        let end = (origin + elapsed).duration_since(UNIX_EPOCH).unwrap_or_default();
        self.registry.absorb(update);
        let lines = lines::lines(&self.registry, end);
        self.registry.clear();
        if !lines.is_empty() {
            self.waiting.push_back(lines);
        }
        while self.waiting.iter().map(String::len).sum::<usize>() > MOST_WAITING {
            self.waiting.pop_front();
            self.losses.seconds += 1;
        }
    }

    /// Writes all that waits, or as much as is taken.
    fn write(&mut self) -> Result<(), ()> {
        while !self.waiting.is_empty() {
            let mut body = String::new();
            let mut seconds = 0;
            for lines in &self.waiting {
                if seconds > 0 && body.len() + lines.len() > AT_ONCE {
                    break;
                }
                body.push_str(lines);
                seconds += 1;
            }
            let result = self.pusher.post(
                &[("content-type", "text/plain; charset=utf-8")],
                body.into_bytes(),
            );
            self.losses.note(&result);
            match result {
                Err(PushError { may_pass: true, .. }) => return Err(()),
                // It will never take these.
                Err(_) => self.losses.seconds += seconds as u64,
                Ok(()) => {}
            }
            self.waiting.drain(..seconds);
        }
        Ok(())
    }
}

/// `--out influxdb[=URL]`.
pub(super) fn open(text: &str) -> Result<Box<dyn Output>, String> {
    Ok(Box::new(InfluxDb::open(target(text), &variables)?))
}

impl Output for InfluxDb {
    fn name(&self) -> String {
        "influxdb".to_owned()
    }

    fn begin(&mut self, plan: &Plan) -> Result<(), String> {
        self.registry.begin(plan);
        if let Some((pusher, statement)) = &self.create {
            // Whoever may only write isn't allowed this, and then the database is there. If it isn't, writing fails.
            let kind = "application/x-www-form-urlencoded";
            let _ = pusher.post(&[("content-type", kind)], statement.clone().into_bytes());
        }
        Ok(())
    }

    fn second(&mut self, update: &Update) -> Result<(), String> {
        self.keep(update);
        let now = update.snapshot.elapsed;
        if now >= self.pause && self.write().is_err() {
            self.pause = now + PAUSE;
        }
        Ok(())
    }

    fn lost(&self) -> u64 {
        self.losses.seconds
    }

    fn end(&mut self, last: &Update) -> Result<(), String> {
        self.keep(last);
        let _ = self.write();
        self.losses.seconds += self.waiting.len() as u64;
        self.losses.verdict_of_lost()
    }
}
