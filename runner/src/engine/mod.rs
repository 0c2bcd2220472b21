//! What makes the load: guests and what they may ask of the host, the plugins that they are made of, the data that they are fed,
//! and who runs when. It hands out what it measured, and judges nothing.

pub mod data;
pub mod host;
pub mod load;
pub mod plugin;
pub mod run_queue;
