//! WASI, linked but inert: toolchains import it whether they use it or not.
//!
//! There are no folders, no environment, no arguments; what is printed goes to the log; name look-up is off and every
//! address is refused. Clocks work; randomness comes from the run's seed. Standard HTTP clients work (see
//! `outgoing_handler`). WASI interfaces that the host doesn't know at all trap when they are called.

pub(super) mod context;
pub(super) mod handles;
pub(super) mod outgoing_handler;
pub(super) mod output;
pub(super) mod random;
