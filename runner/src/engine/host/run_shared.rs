//! What all VUs of a run share.

use super::http::bodies::SharedBodies;
use super::http::naming::Naming;
use super::limits;
use super::log_sink::LogSink;
use super::progress::RunProgress;
use super::rate_limit::RateLimit;
use super::shared_store::SharedStore;
use crate::engine::data::DataSets;
use crate::plan::round_seed;
use crate::secret::Secret;
use crate::system::memory::Budget;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;
use tokio::sync::Notify;

/// What all VUs of a run share. Read-only, but for the few cells that say so.
#[derive(Debug)]
pub struct RunShared {
    /// When the run began.
    pub begun: Instant,
    /// Decides every random choice of the first round.
    pub seed: u64,
    /// How many runs there have been with it, and calls around them.
    pub rounds: Rounds,
    /// What the operator passed with `-e`.
    pub params: BTreeMap<String, Secret>,
    /// Parameters of one scenario, by its index; they outrank the run's.
    pub scenario_params: Vec<BTreeMap<String, Secret>>,
    /// Tags on everything that a scenario's VUs record, by its index.
    pub scenario_tags: Vec<BTreeMap<String, String>>,
    /// Files that the operator granted.
    pub data: DataSets,
    /// What guests share among themselves.
    pub shared: SharedStore,
    /// Takes the guests' log lines.
    pub log: LogSink,
    /// Names of the scenarios, by index.
    pub scenarios: Vec<String>,
    /// Memory limit of one VU.
    pub vu_memory_bytes: usize,
    /// What the host may hold for one VU.
    pub vu_host_memory_bytes: usize,
    /// What the host may hold for all of them.
    pub memory: Arc<Budget>,
    /// The largest body of a request.
    pub max_request_body: usize,
    /// Bodies that guests send many times.
    pub bodies: SharedBodies,
    /// The most requests per second, if there is a limit.
    pub rate_limit: Option<Arc<RateLimit>>,
    /// The first reason that a guest gave for aborting the run.
    pub abort: Mutex<Option<String>>,
    /// Wakes whoever watches `abort`.
    pub abort_requested: Notify,
    /// What the names of requests depend on.
    pub naming: Naming,
    /// Whether the operator said how many redirects are followed: then one more is an error, whatever it is to the guest.
    pub strict_redirects: bool,
    /// Whether requests carry the ids of traces.
    pub traceparent: bool,
    /// Whether the plugin wants certificates not to be checked, and the operator didn't grant that.
    pub lacks_insecure: bool,
    /// What the run needs and wasn't granted, once that has shown.
    pub not_granted: OnceLock<String>,
    /// What all VUs have come to.
    pub progress: RunProgress,
    /// The first reason that a guest gave for calling the run a failure.
    pub failed: OnceLock<String>,
}

/// Tells apart what happens several times with the same seed, so that nothing random is repeated.
#[derive(Debug, Default)]
pub struct Rounds {
    runs: AtomicU64,
    calls: AtomicU64,
}

impl RunShared {
    /// What a run shares that sets nothing and grants nothing. Whoever makes a run says in what it differs:
    /// `RunShared { seed, ..RunShared::new(log) }`.
    pub fn new(log: LogSink) -> RunShared {
        RunShared {
            begun: Instant::now(),
            seed: 0,
            rounds: Rounds::default(),
            params: BTreeMap::new(),
            scenario_params: Vec::new(),
            scenario_tags: Vec::new(),
            data: DataSets::new(),
            shared: SharedStore::default(),
            log,
            scenarios: Vec::new(),
            vu_memory_bytes: 0,
            vu_host_memory_bytes: 0,
            memory: Arc::default(),
            max_request_body: 0,
            bodies: SharedBodies::default(),
            rate_limit: None,
            abort: Mutex::default(),
            abort_requested: Notify::new(),
            naming: Naming::default(),
            strict_redirects: false,
            traceparent: false,
            lacks_insecure: false,
            not_granted: OnceLock::new(),
            progress: RunProgress::default(),
            failed: OnceLock::new(),
        }
    }

    /// Begins one more run with the same seed; the first one is that of the seed itself.
    pub fn begin_round(&self) {
        self.rounds.runs.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of one more call around the load, such as `setup`, from 0.
    pub fn begin_call(&self) -> u64 {
        self.rounds.calls.fetch_add(1, Ordering::Relaxed)
    }

    /// Decides every random choice of this round.
    pub fn seed(&self) -> u64 {
        round_seed(
            self.seed,
            self.rounds.runs.load(Ordering::Relaxed).saturating_sub(1),
        )
    }

    /// Takes a guest's wish to end the run. The first reason is the one that is told.
    pub(super) fn request_abort(&self, reason: &str) {
        let mut abort = self.abort.lock().unwrap_or_else(PoisonError::into_inner);
        abort.get_or_insert_with(|| limits::cut(reason, limits::MESSAGE_BYTES).to_owned());
        self.abort_requested.notify_one();
    }

    /// Why a guest wants the run to end, if one does.
    pub fn abort_reason(&self) -> Option<String> {
        self.abort.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
