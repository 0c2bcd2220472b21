//! Measurements: what load threads record, how it is added up, and the view of a run that
//! everything else reads. Imports nothing of the other modules, does no I/O, reads no clock.
//!
//! Each load thread owns a [`Shard`], in which whatever runs on it records through [`with_shard`]. Once a second it is
//! emptied with [`Shard::take`], and the one [`Aggregator`] merges the [`Delta`]s into a [`Snapshot`]. Memory depends on
//! how many different things are measured, which [`Limits`] bounds, never on how many or for how long.

mod aggregator;
mod burst;
mod cells;
mod custom;
mod delta;
mod distribution;
mod failures;
mod health;
mod history;
mod keys;
mod limits;
mod measured;
#[cfg(test)]
mod merge_laws;
mod phases;
mod place;
mod process;
mod query;
mod reconcile;
mod recorded;
mod recorder;
mod request_history;
mod rows;
mod sample;
mod saturating;
mod series;
mod set;
mod shard;
mod signed;
mod slow;
mod slowest;
mod snapshot;
mod text;
mod times;
mod verdict;
mod window;

#[cfg(test)]
mod tests;

pub use aggregator::{Aggregator, RunInfo, ScenarioInfo};
pub use custom::CustomValue;
pub use delta::{Delta, Outcomes};
pub use distribution::{Distribution, MAX_TIME_US, Stats};
pub use health::{CpuWait, Health, LATE_US, RED_US};
pub use history::HistoryPoint;
pub use keys::{ANY_SCENARIO, FailureKey, OTHER, STARTS, SeriesKey, StatusClass};
pub use limits::{KindMismatch, Kinds, Limits, MetricKind};
pub use measured::Measured;
pub use phases::{PHASES, PhaseRow};
pub use process::ProcessSecond;
pub use query::{Amount, Follower, Measure, Query, Selection, StatusChoice};
pub use recorded::{Recorded, RecordedChecks, RecordedIterations, RecordedRequests, RecordedValues};
pub use recorder::{Recording, in_set, install_shard, recording, take_shard, with_shard, with_shard_of};
pub use request_history::RequestPoint;
pub use sample::{IterationOutcome, RequestHandle, RequestKey, RequestSample};
pub use series::{SeriesTotals, Statuses};
pub use set::Set;
pub use shard::Shard;
pub use signed::Signed;
pub use slow::{SlowCause, SlowStretch, SlowTime};
pub use slowest::SlowRequest;
pub use snapshot::{
    CheckRow, CustomRow, DenialRow, ErrorRow, FailureRow, Flags, OutputRow, RequestRow, SeriesRow,
    SeriesTimes, Snapshot, TaskRow, Totals, Vus,
};
pub use times::Percentiles;
pub use verdict::{Unit, Verdict};
pub use window::Recent;
