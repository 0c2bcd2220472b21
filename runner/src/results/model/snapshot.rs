//! Back from results to the last snapshot of their run, for what renders that.

use super::{BuiltinMetric, RunFacts, RunResults, StoredSeries, decoded};
use crate::metrics::{Distribution, PHASES, PhaseRow, SeriesRow, SeriesTimes, Snapshot, Stats, Vus};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

impl RunResults {
    /// The last snapshot of the run. It has no last seconds: results don't hold those.
    ///
    /// # Errors
    /// A histogram is damaged, in words.
    pub fn snapshot(&self) -> Result<Snapshot, String> {
        let series: Result<Vec<_>, String> = self.series.iter().map(StoredSeries::restored).collect();
        Ok(Snapshot {
            series: series?,
            ..self.without_series()
        })
    }

    fn without_series(&self) -> Snapshot {
        Snapshot {
            elapsed: Duration::from_secs_f64(self.seconds),
            totals: self.totals,
            phases: PHASES.iter().filter_map(|phase| self.phase(phase)).collect(),
            requests: self.requests.clone(),
            failures: self.failures.clone(),
            thresholds: self.thresholds.clone(),
            checks: self.checks.clone(),
            iterations: self.iterations.clone(),
            errors: self.errors.clone(),
            custom: self.custom.clone(),
            vus: Vus {
                now: self.gauge("vus"),
                max: self.gauge("vus_max"),
                by_scenario: Vec::new(),
            },
            denials: self.denials.clone(),
            health: self.health.clone(),
            history: self.history.clone(),
            flags: self.flags,
            slowest: self.slowest.clone(),
            outputs: self.outputs.clone(),
            ..Snapshot::default()
        }
    }

    /// The snapshot of what only warmed up, if anything did.
    pub fn warm_up_snapshot(&self) -> Option<Snapshot> {
        self.warm_up.as_ref().map(|warm_up| Snapshot {
            totals: warm_up.totals,
            requests: warm_up.requests.clone(),
            failures: warm_up.failures.clone(),
            errors: warm_up.errors.clone(),
            ..Snapshot::default()
        })
    }

    /// What is told of the run besides its snapshots. Whether it [is open](RunFacts::is_open) the plan says, in which
    /// nothing is looked for here.
    pub fn facts<'a>(&'a self, warm_up: Option<&'a Snapshot>, is_open: bool) -> RunFacts<'a> {
        let time = |text: &str| humantime::parse_rfc3339(text).unwrap_or(SystemTime::UNIX_EPOCH);
        RunFacts {
            plugin: &self.plugin,
            plan: &self.plan,
            is_open,
            plan_hash: &self.plan_hash,
            warm_up,
            started: time(&self.started),
            ended: time(&self.ended),
            end: &self.end,
            wrong: &self.wrong,
        }
    }

    fn phase(&self, metric: &'static str) -> Option<PhaseRow> {
        match self.metrics.get(metric) {
            Some(BuiltinMetric::Trend(times)) => Some(PhaseRow {
                metric,
                times: *times,
            }),
            _ => None,
        }
    }

    fn gauge(&self, metric: &str) -> u64 {
        match self.metrics.get(metric) {
            Some(BuiltinMetric::Gauge { value }) => *value,
            _ => 0,
        }
    }
}

impl StoredSeries {
    /// All service times; none in files without histograms.
    ///
    /// # Errors
    /// The histogram is damaged, in words.
    pub fn service_times(&self) -> Result<Option<Distribution<u64>>, String> {
        times(self.duration_histogram.as_deref(), &self.row.duration)
    }

    /// All response times; none in files without histograms.
    ///
    /// # Errors
    /// The histogram is damaged, in words.
    pub fn response_times(&self) -> Result<Option<Distribution<u64>>, String> {
        times(self.response_histogram.as_deref(), &self.row.response)
    }

    /// The series with its distributions.
    fn restored(&self) -> Result<SeriesRow, String> {
        let times = self.service_times()?.zip(self.response_times()?);
        Ok(SeriesRow {
            times: times.map(|(duration, response)| Arc::new(SeriesTimes { duration, response })),
            ..self.row.clone()
        })
    }
}

fn times(histogram: Option<&str>, stats: &Stats<u64>) -> Result<Option<Distribution<u64>>, String> {
    histogram.map(|text| decoded(text, stats)).transpose()
}
