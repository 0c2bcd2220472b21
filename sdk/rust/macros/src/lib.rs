//! The attribute macros of `wasmswarm-sdk`.
