//! Where a run is: what each workload is doing, and how many users or which rate it is to have.

use super::control::{Control, LoadLevel};
use super::phases::WorkloadPhase;
use crate::plan::Workload;
use serde::Serialize;

/// Where a workload is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkloadStatus {
    /// For others to end, or for its time.
    Waiting,
    /// Its first VUs are being made.
    Preparing,
    /// Iterations start.
    Running,
    /// No iteration of it will start any more.
    Ended,
}

/// A workload at this moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkloadNow {
    /// Its name in the plan.
    pub name: String,
    /// Name of the executor.
    pub executor: &'static str,
    /// Where it is in its life.
    pub status: WorkloadStatus,
    /// Users that it is to have now, where that can be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<u32>,
    /// Most users that it can be changed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_users: Option<usize>,
    /// Iterations per second that are to start now, where the executor has a rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
}

impl Control {
    /// All workloads, in the order of the plan.
    pub fn workloads(&self) -> Vec<WorkloadNow> {
        let all = self.plan.workloads.iter().enumerate();
        all.map(|(index, workload)| self.workload_now(index, workload))
            .collect()
    }

    fn workload_now(&self, index: usize, workload: &Workload) -> WorkloadNow {
        let has_users = workload.executor.kind().has_users();
        WorkloadNow {
            name: workload.name.clone(),
            executor: workload.executor.name(),
            status: match self.phases().status(index) {
                WorkloadPhase::Waiting => WorkloadStatus::Waiting,
                WorkloadPhase::Preparing => WorkloadStatus::Preparing,
                WorkloadPhase::Running(_) => WorkloadStatus::Running,
                WorkloadPhase::Ended => WorkloadStatus::Ended,
            },
            users: has_users.then(|| self.users_of(index)),
            most_users: has_users.then(|| workload.room()),
            rate: self.rate_of(index, workload),
        }
    }

    /// The rate that was last set, or that the plan has at this moment.
    fn rate_of(&self, index: usize, workload: &Workload) -> Option<f64> {
        let planned = workload.executor.rate()?;
        match self.last_level(index) {
            Some(LoadLevel::Rate(rate)) => Some(rate.per_second()),
            _ => Some(planned.level(self.elapsed(index))),
        }
    }
}
