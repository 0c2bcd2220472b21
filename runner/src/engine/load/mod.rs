//! Makes the load of a plan: threads, VUs, executors and the ways in which a run ends. What is measured is handed out
//! as deltas; what it comes to isn't known here.

mod alarm;
mod arrival_scenarios;
mod closed;
mod control;
mod deltas;
mod executor;
mod handle;
mod idle_vu;
mod idle_vus;
mod inputs;
mod iterations_left;
mod lifecycle;
mod open;
mod overview;
mod patience;
mod phases;
mod picker;
mod pressure;
mod process_watch;
mod run;
mod run_signals;
mod scheduler;
mod shape;
mod slot;
mod slot_source;
mod stop;
mod thread;
mod thread_arrivals;
mod thread_shared;
mod vu;
mod vu_place;
mod vu_pool;
mod vu_signal;
mod workload_part;

pub use control::{Control, ControlError, LoadChange, LoadLevel};
pub use deltas::Deltas;
pub use handle::{RunHandle, RunState};
pub use inputs::Run;
pub use lifecycle::Lifecycle;
pub use overview::{WorkloadNow, WorkloadStatus};
pub use run::{LoadEnd, RunningLoad, start};
pub use shape::follow as follow_shape;
pub use stop::{EndReason, StopHandle, StopStage};
