//! Runs a plan: threads, VUs, executors and the ways in which a run ends.

mod call;
mod closed;
mod control;
mod executor;
mod lifecycle;
mod open;
mod overview;
mod phases;
mod picker;
mod pressure;
mod run;
mod scheduler;
mod shape;
mod slot;
mod stop;
mod symbol;
mod thread;
mod vu;
mod vu_pool;
mod workload_part;

pub use call::{explain_call, explain_trap, new_store};
pub use control::{Change, Control, ControlError, Target};
pub use lifecycle::Lifecycle;
pub use overview::{Phase, WorkloadNow};
pub use run::{Outcome, Run, execute, run_info};
pub use shape::follow as follow_shape;
pub use stop::{EndReason, Stage, StopHandle};
