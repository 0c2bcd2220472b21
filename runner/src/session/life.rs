//! The life of the runs of this process, one after the other. What outlives a run is here: the operator's signals,
//! which reach the run that is current, and the API, which shows it. All else belongs to a run, and goes with it.

use super::api_access::{self, ApiAccess};
use super::execute::execute;
use super::finish::{self, Ended};
use super::measure::Outcome;
use super::prepare::{self, Prepared};
use super::{Exit, find, no_thread, outputs, signals};
use crate::api::{End, Server};
use crate::engine::load::{Control, RunHandle, StopHandle};
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::{ControlOptions, FindOptions, OutputOptions, RunOptions};
use crate::plan::Plan;
use crate::results::tally::Tally;
use crate::system::confine;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::watch;

/// Runs plugins, one after the other. A run is prepared, runs and ends; then there may be another, which knows nothing of it.
#[derive(Debug)]
pub struct Session {
    /// What signals stop: the run that is prepared or runs, or the last one.
    current: watch::Sender<StopHandle>,
    api: ApiState,
}

/// Whether the API is open. It stays so from the first run that asks for it.
#[derive(Debug)]
enum ApiState {
    Closed,
    /// Its address is taken, so that nobody is told in vain; it answers from the moment that there is a run to show.
    Listening(ApiAccess),
    Serving(Server),
}

impl Session {
    /// Nothing runs yet, but signals are listened to: they end this process at once, for there is nothing to save.
    ///
    /// # Errors
    /// If the operating system refuses a thread or the handlers of signals.
    pub fn new(exit: &Exit) -> Result<Session, Failure> {
        let current = watch::Sender::new(StopHandle::new());
        signals::listen(current.subscribe(), exit.clone()).map_err(no_thread)?;
        Ok(Session {
            current,
            api: ApiState::Closed,
        })
    }

    /// Runs a plugin from its source to its summary.
    ///
    /// # Errors
    /// If nothing can be run, or the results can't be written.
    pub fn run(&mut self, options: &RunOptions) -> Result<ExitCode, Failure> {
        let stop = self.begin();
        self.listen(&options.control)?;
        let mut prepared = prepare::prepare(options)?;
        let (handle, mut tally) = handle(&mut prepared, stop);
        outputs::begin(&options.output, &mut tally, &handle.plan)?;
        self.serve(&handle)?;
        let facts = Facts {
            plan: Arc::clone(&handle.plan),
            control: handle.control.clone(),
            started: SystemTime::now(),
        };
        let output = &options.output;
        let keep = |outcome: &Outcome| finish::keep(&facts.ended(outcome), output);
        let outcome = execute(&mut prepared, output, handle, (tally, &keep))?;
        // The shop's threads end with `prepared`, after the results are written.
        self.end(outcome, &facts, output)
    }

    /// Searches for the highest load that a server bears.
    ///
    /// # Errors
    /// If nothing can be run, the plugin's set-up fails, or the results can't be written.
    pub fn find(&mut self, options: &FindOptions) -> Result<ExitCode, Failure> {
        find::find(options, self.begin())
    }

    /// From here on, signals stop another run.
    fn begin(&self) -> StopHandle {
        let stop = StopHandle::new();
        self.current.send_replace(stop.clone());
        confine::forget_interrupt();
        stop
    }

    fn listen(&mut self, options: &ControlOptions) -> Result<(), Failure> {
        if let ApiState::Closed = self.api
            && let Some(access) = api_access::open(options)?
        {
            self.api = ApiState::Listening(access);
        }
        Ok(())
    }

    /// Lets the API show this run.
    fn serve(&mut self, run: &RunHandle) -> Result<(), Failure> {
        self.api = match std::mem::replace(&mut self.api, ApiState::Closed) {
            ApiState::Closed => ApiState::Closed,
            ApiState::Listening(access) => ApiState::Serving(api_access::serve(access)?),
            ApiState::Serving(server) => ApiState::Serving(server),
        };
        if let ApiState::Serving(server) = &self.api {
            server.show(run.clone());
        }
        Ok(())
    }

    /// Writes the results, and tells whoever follows the run through the API how it ended.
    fn end(&self, mut outcome: Outcome, facts: &Facts, output: &OutputOptions) -> Result<ExitCode, Failure> {
        outcome.snapshot.outputs = finish::end_outputs(std::mem::take(&mut outcome.outputs));
        let result = finish::finish(&facts.ended(&outcome), output);
        if let ApiState::Serving(server) = &self.api {
            let code = result.as_ref().map_or_else(|failure| failure.exit, |code| *code);
            server.end(End {
                exit_code: code.number(),
                reason: outcome.reason,
                snapshot: Arc::new(outcome.snapshot),
            });
        }
        result
    }
}

/// A run by this plan, and what adds it up.
fn handle(prepared: &mut Prepared, stop: StopHandle) -> (RunHandle, Tally) {
    let plan = Arc::clone(&prepared.plan);
    let tally = Tally::new(&plan, std::mem::take(&mut prepared.thresholds));
    let handle = RunHandle {
        control: Control::new(Arc::clone(&plan)),
        snapshots: tally.follow(),
        plan,
        stop,
    };
    (handle, tally)
}

/// What is known of a run from its beginning.
struct Facts {
    plan: Arc<Plan>,
    control: Control,
    started: SystemTime,
}

impl Facts {
    /// A run that has ended now.
    fn ended<'a>(&'a self, outcome: &'a Outcome) -> Ended<'a> {
        Ended {
            plan: &self.plan,
            outcome,
            was_changed: self.control.was_changed(),
            started: self.started,
            ended: SystemTime::now(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load::RunState;
    use clap::{Args as _, Command, FromArgMatches as _};
    use serde_json::Value;
    use std::io::{Read, Write};
    use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
    use std::path::Path;
    use std::time::{Duration, Instant};

    /// A plugin that asks for "/" ten times a second and VU.
    const PLUGIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/examples/hello.wat");

    /// The options of a run whose results go to a file of this name.
    fn options(folder: &Path, results: &str, line: &str) -> RunOptions {
        let folder = folder.display();
        let line = format!(
            "{PLUGIN} --host demo --seed 7 --quiet --cache-dir {folder}/cache --summary-json {folder}/{results} {line}"
        );
        let command = RunOptions::augment_args(Command::new("run").no_binary_name(true));
        let matches = command.try_get_matches_from(line.split(' ')).unwrap();
        let parsed = RunOptions::from_arg_matches(&matches).unwrap();
        parsed.assemble(&matches, &|_| None).unwrap()
    }

    fn results(options: &RunOptions) -> Value {
        let path = options.output.summary_json.as_ref().unwrap();
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn ask(address: SocketAddr, request: &str) -> Option<Value> {
        let mut stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
        let head = format!(
            "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer of-this-test\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        serde_json::from_str(text.split_once("\r\n\r\n")?.1).ok()
    }

    /// Aborts the run once it has made requests.
    fn abort_soon(address: SocketAddr) {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(120) {
            let requests = ask(address, "GET /v1/metrics").and_then(|m| m["totals"]["requests"].as_u64());
            if requests.is_some_and(|count| count > 0) {
                ask(address, "POST /v1/abort").unwrap();
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the run makes no requests");
    }

    /// The first is aborted in the middle, the second is another one, and the third is as if it were alone.
    #[test]
    fn runs_follow_one_another_and_nothing_is_carried_over() {
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap()
            .local_addr()
            .unwrap();
        let mut session = Session::new(&Exit::new().0).unwrap();

        let line = format!("-u 3 -t 300s --api {address} --api-token of-this-test");
        let aborted = options(folder.path(), "aborted.json", &line);
        let aborting = std::thread::spawn(move || abort_soon(address));
        assert_eq!(session.run(&aborted).unwrap(), ExitCode::Interrupted);
        aborting.join().unwrap();
        assert_eq!(
            results(&aborted)["plan"]["workloads"][0]["vus"],
            serde_json::json!([3])
        );

        // The API outlives the run, and shows its end until there is another.
        let status = ask(address, "GET /v1/status").unwrap();
        assert_eq!(status["state"], serde_json::to_value(RunState::Ended).unwrap());
        assert_eq!(status["end"]["reason"], "stopped-by-api");

        let counted = options(folder.path(), "counted.json", "-i 4");
        assert_eq!(session.run(&counted).unwrap(), ExitCode::Ok);
        let status = ask(address, "GET /v1/status").unwrap();
        assert_eq!(
            (&status["state"], &status["end"]["exit_code"]),
            (&"ended".into(), &0.into())
        );

        let again = options(folder.path(), "again.json", "-i 4");
        assert_eq!(session.run(&again).unwrap(), ExitCode::Ok);
        let (one, other) = (results(&counted), results(&again));
        for key in [
            "/plan_hash",
            "/totals/requests",
            "/totals/iterations_started",
            "/flags",
            "/errors",
            "/end",
        ] {
            assert_eq!(one.pointer(key).unwrap(), other.pointer(key).unwrap(), "{key}");
        }
        assert_eq!(other["totals"]["requests"], 4);
        assert_eq!(other["plan"]["workloads"][0]["vus"], serde_json::json!([1]));
    }
}
