//! Makes the load of a plan: threads, VUs, executors and the ways in which a run ends. What is measured is handed out
//! as deltas; what it comes to isn't known here.

mod closed;
mod control;
mod deltas;
mod executor;
mod handle;
mod lifecycle;
mod open;
mod overview;
mod patience;
mod phases;
mod picker;
mod pressure;
mod run;
mod scheduler;
mod shape;
mod slot;
mod stop;
mod thread;
mod vu;
mod vu_pool;
mod workload_part;

pub use control::{Change, Control, ControlError, Target};
pub use deltas::Deltas;
pub use handle::{RunHandle, RunState};
pub use lifecycle::Lifecycle;
pub use overview::{Phase, WorkloadNow};
pub use run::{LoadEnd, Run, RunningLoad, start};
pub use shape::follow as follow_shape;
pub use stop::{EndReason, Stage, StopHandle};
