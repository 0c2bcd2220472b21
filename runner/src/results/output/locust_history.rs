//! `PREFIX_stats_history.csv` of `--csv PREFIX`: Locust's table of how a run went, a row for each second, and with
//! `--csv-full-history` one for each request as well. Rates and percentiles are those of this very second, where
//! Locust's are of the whole run so far, or of about ten seconds. Times are service times in milliseconds.

use super::clock::Clock;
use super::csv::line;
use super::stream_file::StreamFile;
use crate::metrics::{RecordedRequests, SeriesTotals};
use crate::plan::Plan;
use crate::report::locust::{HISTORY_COLUMNS, Moment, history_row};
use crate::results::tally::{Output, Update};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Method and name of a request; both are empty for all of them together.
type Name = (String, String);

/// Writes the table.
pub(super) struct LocustHistory {
    path: PathBuf,
    /// Whether each request has its rows.
    is_full: bool,
    file: Option<StreamFile>,
    until: Duration,
    clock: Clock,
    /// All requests so far by name. The run itself bounds how many there are.
    totals: BTreeMap<Name, SeriesTotals>,
}

impl LocustHistory {
    pub(super) fn new(path: &str, is_full: bool) -> LocustHistory {
        LocustHistory {
            path: PathBuf::from(path),
            is_full,
            file: None,
            until: Duration::ZERO,
            clock: Clock::default(),
            totals: BTreeMap::new(),
        }
    }

    fn write(&mut self, update: &Update) -> Result<(), String> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let elapsed = update.snapshot.elapsed;
        if elapsed <= self.until && update.recorded().requests.is_empty() {
            return Ok(());
        }
        let moment = Moment {
            time: self.clock.unix(elapsed) as u64,
            users: update.snapshot.vus.now,
            seconds: elapsed.saturating_sub(self.until).as_secs_f64(),
        };
        self.until = elapsed;
        let mut second = together(&update.recorded().requests, self.is_full);
        let none = SeriesTotals::default();
        second.entry(Name::default()).or_default();
        for (name, totals) in &second {
            self.totals.entry(name.clone()).or_default().merge(totals);
        }
        let names = self.totals.iter().skip(1).chain(self.totals.iter().take(1));
        file.write(|out| {
            for (name, all) in names {
                let of_second = second.get(name).unwrap_or(&none);
                let row = history_row(&moment, (&name.0, &name.1), of_second, all);
                out.write_all(&line(row.iter().map(String::as_str))?)?;
            }
            Ok(())
        })?;
        file.flush()
    }
}

impl Output for LocustHistory {
    fn name(&self) -> String {
        format!("csv {}", self.path.display())
    }

    fn begin(&mut self, _: &Plan) -> Result<(), String> {
        let mut file = StreamFile::create(&self.path)?;
        file.write(|out| out.write_all(&line(HISTORY_COLUMNS.iter().copied())?))?;
        self.file = Some(file);
        Ok(())
    }

    fn second(&mut self, update: &Update) -> Result<(), String> {
        self.write(update)
    }

    fn end(&mut self, last: &Update) -> Result<(), String> {
        self.write(last)?;
        self.file.take().map_or(Ok(()), StreamFile::finish)
    }
}

/// The requests of a second by name; first all of them together.
fn together(rows: &[RecordedRequests], is_full: bool) -> BTreeMap<Name, SeriesTotals> {
    let mut all = BTreeMap::new();
    for row in rows {
        let mut add = |name: Name| {
            let totals: &mut SeriesTotals = all.entry(name).or_default();
            totals.merge(&row.totals);
        };
        add(Name::default());
        if is_full {
            add((row.method.clone(), row.name.clone()));
        }
    }
    all
}
