//! The `wasmswarm` binary.
fn main() {}
