//! The composition root: what a command does with the other modules, from the source of a plugin to the results of its
//! runs.
//!
//! Everything that can be refused is refused in `prepare`, before the first request of the load.

mod api_access;
mod endpoint;
mod execute;
mod exit;
mod find;
mod finish;
mod http_settings;
mod life;
mod linked;
mod machine;
mod measure;
mod memory;
mod outputs;
mod prepare;
mod reach;
mod refusal;
mod reports;
mod set_up;
mod show;
mod signals;
mod source;
mod steering;
#[cfg(test)]
mod tests;
mod thresholds;
mod view;

pub use exit::Exit;
pub use life::Session;
pub use linked::describe;
pub use show::show;
pub use signals::wait_for_signal;
pub use source::{Order, Read, build, read};

use crate::error::Failure;
use std::io;

fn no_thread(error: io::Error) -> Failure {
    Failure::internal("the operating system refused a thread or an event queue").because(error)
}
