//! Runs a plan: threads, VUs, executors and the ways in which a run ends.

mod board;
mod closed;
mod control;
mod crew;
mod executor;
mod lifecycle;
mod open;
mod overview;
mod part;
mod picker;
mod pressure;
mod run;
mod scheduler;
mod shape;
mod stop;
mod thread;
mod turns;
mod vu;

pub use control::{Change, Control, ControlError, Target};
pub use lifecycle::Lifecycle;
pub use overview::{Phase, WorkloadNow};
pub use run::{Outcome, Run, execute, run_info};
pub use shape::follow as follow_shape;
pub use stop::{EndReason, Stage, StopHandle};
