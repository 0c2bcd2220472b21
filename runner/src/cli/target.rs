//! `wasmswarm target`: serves the built-in shop until it is told to stop.

use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::session;
use crate::shop::{self, Delay, Options};
use std::net::SocketAddr;

/// How the shop is to behave.
#[derive(Debug, clap::Args)]
pub(super) struct TargetOptions {
    /// Loopback address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,

    /// Hold answers back: 20ms, 10ms..110ms, normal:20ms,5ms, exp:20ms, sweep:10ms..110ms/1000
    #[arg(long, value_name = "DELAY", default_value = "0ms")]
    delay: Delay,

    /// Answer at this rate, one request after the other; the others queue up: 500/s, 300/m
    #[arg(long, value_name = "N/UNIT", value_parser = crate::options::rate)]
    capacity: Option<f64>,

    /// Work on so many requests at a time, each for the time of --delay; the others queue up. With a constant delay the
    /// capacity is N / DELAY requests per second
    #[arg(long, value_name = "N")]
    servers: Option<usize>,

    /// Share of the requests that get status 500, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    error_rate: f64,

    /// Threads that serve connections
    #[arg(long, value_name = "N", default_value_t = 1)]
    threads: usize,

    /// Decides delays that are drawn and which requests fail
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub(super) fn run(options: &TargetOptions) -> Result<ExitCode, Failure> {
    let running = shop::start(Options {
        listen: options.listen,
        delay: options.delay,
        capacity: options.capacity,
        servers: options.servers,
        error_rate: options.error_rate,
        threads: options.threads,
        seed: options.seed,
    });
    let running = running.map_err(|error| {
        let failure = Failure::invalid(format!("failed to serve on {}", options.listen)).because(error);
        failure.hint("--listen 127.0.0.1:0 takes a free port")
    })?;
    super::show(&format!("listening on http://{}", running.addr))?;
    session::wait_for_signal().map_err(|e| Failure::internal("failed to wait for signals").because(e))?;
    running.stop();
    Ok(ExitCode::Ok)
}
