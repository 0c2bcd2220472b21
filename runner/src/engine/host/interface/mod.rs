//! What a guest may call, one file per interface of `wit/` and of WASI: conversions and limits only. What a call does is
//! elsewhere in `engine::host`, `crate::http`, `engine::data` and `metrics`.

mod checks;
mod cookies;
mod data;
mod http;
mod log;
mod metrics;
mod params;
mod shared;
mod vu;
mod wasi;
pub(super) mod wasi_http;
