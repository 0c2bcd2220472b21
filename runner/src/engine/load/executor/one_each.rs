//! `one-each`: every VU runs one iteration.

use super::per_vu_iterations;
use crate::engine::load::vu_pool::Spawn;
use crate::engine::load::workload_part::{PartEnd, WorkloadPart};
use crate::plan::{OneEach, PerVuIterations};

pub(super) async fn run<S: Spawn>(part: &mut WorkloadPart<S>, spec: &OneEach) -> PartEnd {
    let once = PerVuIterations {
        spawn_rate: None,
        iterations: 1,
        max_duration: spec.max_duration,
    };
    per_vu_iterations::run(part, &once).await
}
