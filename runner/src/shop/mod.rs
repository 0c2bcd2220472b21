//! The built-in target: a small shop on loopback to try plugins against and to check
//! reports with, because it counts exactly what it answered.
//!
//! It is not a load generator and not meant to be reached from other machines: only
//! loopback addresses can be listened on. Of the rest of the crate it uses only
//! `system::timer`.

mod answer;
mod bounded;
mod catalogue;
mod counters;
mod delay;
mod hold;
mod routes;
mod server;
mod sessions;
mod tools;

pub use counters::{Counters, RouteCount};
pub use delay::{Delay, ParseDelayError};

use server::Shared;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::watch;

/// Most requests that may be worked on at a time.
const MOST_SERVERS: usize = 1_000_000;

/// How the target is to behave.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen: a loopback address. Port 0 picks a free one.
    pub listen: SocketAddr,
    /// How long each answer is held back, from the moment its request's head was read.
    pub delay: Delay,
    /// Requests per second that are answered, one after the other; the others queue up. None: all.
    pub capacity: Option<f64>,
    /// Requests that are worked on at a time, each for its delay; the others queue up. So the capacity is this number
    /// divided by the mean delay. None: all at once.
    pub servers: Option<usize>,
    /// Share of the requests, 0 to 1, that get status 500.
    pub error_rate: f64,
    /// Threads that serve connections; at least 1.
    pub threads: usize,
    /// Decides drawn delays and which requests fail.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            delay: Delay::None,
            capacity: None,
            servers: None,
            error_rate: 0.0,
            threads: 1,
            seed: 1,
        }
    }
}

/// A target that is serving. Dropping it stops it.
#[derive(Debug)]
pub struct RunningShop {
    /// The address that was bound.
    pub addr: SocketAddr,
    shared: Arc<Shared>,
    stopping: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
}

impl RunningShop {
    /// What has been answered until now.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.shared.counters.read()
    }

    /// Closes the listener and all connections, and waits for the threads.
    pub fn stop(mut self) {
        self.finish();
    }

    fn finish(&mut self) {
        self.stopping.send_replace(true);
        for thread in self.threads.drain(..) {
            // A panic in there has been printed already, and there is nothing left to save.
            let _ = thread.join();
        }
    }
}

impl Drop for RunningShop {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Starts serving on threads of its own.
///
/// # Errors
/// If the address isn't loopback, is taken, or an option is out of range.
pub fn start(options: Options) -> io::Result<RunningShop> {
    check(&options)?;
    let listener = TcpListener::bind(options.listen)?;
    listener.set_nonblocking(true)?;
    let addr = listener.local_addr()?;
    let (stopping, _) = watch::channel(false);
    let threads = options.threads;
    let shared = Arc::new(Shared::new(options));
    let threads = (0..threads)
        .map(|index| server::spawn(index, listener.try_clone()?, &shared, stopping.subscribe()))
        .collect::<io::Result<_>>()?;
    Ok(RunningShop {
        addr,
        shared,
        stopping,
        threads,
    })
}

fn check(options: &Options) -> io::Result<()> {
    let refuse = |text: String| Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    if !options.listen.ip().is_loopback() {
        return refuse(format!(
            "the target only listens on loopback addresses such as 127.0.0.1, not on {}",
            options.listen.ip()
        ));
    }
    if !(0.0..=1.0).contains(&options.error_rate) {
        return refuse(format!(
            "the error rate must be from 0 to 1, not {}",
            options.error_rate
        ));
    }
    if let Some(capacity) = options.capacity.filter(|rate| !(0.001..=1e6).contains(rate)) {
        return refuse(format!(
            "the capacity must be from 0.001 to 1,000,000 requests per second, not {capacity}"
        ));
    }
    if let Some(servers) = options
        .servers
        .filter(|count| !(1..=MOST_SERVERS).contains(count))
    {
        return refuse(format!(
            "the number of servers must be from 1 to {MOST_SERVERS}, not {servers}"
        ));
    }
    if options.servers.is_some() && matches!(options.delay, Delay::None | Delay::Constant(Duration::ZERO)) {
        return refuse("servers take time for each request: say how long with a delay".to_owned());
    }
    if options.threads == 0 || options.threads > 256 {
        return refuse(format!(
            "the number of threads must be from 1 to 256, not {}",
            options.threads
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
