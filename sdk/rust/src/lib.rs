//! Write wasmswarm load scenarios in Rust.
