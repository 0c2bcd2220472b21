//! Runs a plan: threads, VUs, executors and the ways in which a run ends.

mod call;
mod executor;
mod lifecycle;
mod picker;
mod run;
mod shape;
mod stop;
mod thread;
mod vu;

pub use call::{explain_call, explain_trap, new_store};
pub use lifecycle::Lifecycle;
pub use run::{Outcome, Run, execute};
pub use shape::{Shape, ShapeTarget};
pub use stop::{EndReason, Stage, StopHandle};
