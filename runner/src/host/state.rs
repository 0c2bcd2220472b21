//! The data of one VU's store: everything that its host calls may touch.

use super::bindings::http::Response;
use super::bodies::OwnBodies;
use super::cpu_budget::CpuBudget;
use super::desk::Desk;
use super::failure::Reasons;
use super::groups::Groups;
use super::handles::{self, Handles};
use super::limits::{self, VuLimits};
use super::outgoing::Post;
use super::output::Output;
use super::random::Random;
use super::responses::Responses;
use super::run_shared::RunShared;
use super::stop_flag::StopFlag;
use super::tags::Tags;
use crate::http::{Cookies, JarUse};
use crate::memory::Account;
use crate::metrics::{MetricKind, with_shard};
use crate::plan::{Drawer, Stream, generator};
use crate::run_queue;
use rand_pcg::Pcg32;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use wasmtime::UpdateDeadline;
use wasmtime_wasi::{ResourceTable, WasiCtx};
use wasmtime_wasi_http::WasiHttpCtx;

/// What the results call it if the host had no room to hold something for a guest.
const REFUSED_MEMORY: &str = "memory on the host";

/// Which VU this is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Identity {
    /// From 1; 0 in `setup`, `teardown` and their likes.
    pub vu: u64,
    /// Index of its scenario.
    pub scenario: u16,
    /// Which of its instances, or of the calls around the load, from 0: no two draw the same numbers.
    pub life: u64,
}

impl Identity {
    fn drawer(self) -> Drawer {
        Drawer::Vu {
            number: self.vu,
            life: self.life,
        }
    }
}

/// What the guest is doing, which decides what it may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// `describe`: nothing but `log`.
    Describe,
    /// `setup`, `teardown` and `shape`: everything, but nothing is recorded.
    Setup,
    /// `setup-scenario` and `teardown-scenario`: as `Setup`, for the identity's scenario.
    ScenarioSetup,
    /// A VU's calls.
    Load,
}

/// The store's data.
pub struct VuState {
    pub(super) run: Arc<RunShared>,
    pub(super) identity: Identity,
    pub(super) phase: Phase,
    /// Iterations begun.
    pub iteration: u64,
    /// Number of the running iteration in its workload, from 0.
    pub index: u64,
    /// When the running iteration was meant to start. Its first request takes it: its response
    /// time counts from then.
    pub intended: Option<Instant>,
    /// Whether a task is running.
    pub(super) in_task: bool,
    /// Whether the guest asked to end this VU.
    pub stop_requested: bool,
    pub(super) desk: Arc<Desk>,
    pub(super) responses: Responses,
    /// Redirects that ended requests of the last call to send them, by the requests' numbers.
    pub(super) redirects: Vec<(usize, Response)>,
    /// What the host holds for this instance.
    pub(super) memory: Arc<Account>,
    /// Why requests of the last call failed.
    pub(super) reasons: Reasons,
    pub(super) bodies: OwnBodies,
    /// The VU's jars, which its client sends from and stores in.
    pub(super) cookies: Arc<Cookies>,
    /// What the requests of the running call use of them.
    pub(super) jar: JarUse,
    /// The same for each request of the next batch.
    pub(super) batch_jars: Vec<u64>,
    pub(super) tags: Tags,
    pub(super) groups: Groups,
    pub(super) random: Pcg32,
    pub(super) data_random: Pcg32,
    wasi_random: Random,
    /// Memory and table limits.
    pub limits: VuLimits,
    pub(super) output: Output,
    pub(super) wasi: WasiCtx,
    pub(super) wasi_http: WasiHttpCtx,
    /// Where a standard client's request is taken from. Only in a guest that has one.
    pub(super) post: Option<Box<Post>>,
    pub(super) table: ResourceTable,
    pub(super) handles: Handles,
    budget: CpuBudget,
}

impl VuState {
    /// The state of a fresh instance.
    pub fn new(run: Arc<RunShared>, stop: Arc<StopFlag>, identity: Identity, phase: Phase) -> VuState {
        let stream = |s| generator(run.seed(), identity.drawer(), s);
        let wasi_random = Random::new(stream(Stream::Wasi));
        let memory = Account::new(&run.memory, run.vu_host_memory_bytes);
        let output = Output::new(Arc::clone(&run), identity.vu);
        VuState {
            iteration: 0,
            index: 0,
            intended: None,
            in_task: false,
            stop_requested: false,
            responses: Responses::default(),
            redirects: Vec::new(),
            reasons: Reasons::default(),
            bodies: OwnBodies::default(),
            cookies: Arc::default(),
            jar: JarUse::default(),
            batch_jars: Vec::new(),
            tags: Tags::new(run.scenario_tags.get(usize::from(identity.scenario))),
            groups: Groups::default(),
            random: stream(Stream::Guest),
            data_random: stream(Stream::Data),
            limits: VuLimits::new(run.vu_memory_bytes),
            wasi: super::wasi::inert(&wasi_random, &output),
            wasi_random,
            wasi_http: super::outgoing::context(),
            post: None,
            output,
            table: handles::table(run.vu_host_memory_bytes),
            handles: Handles::new(&memory, call_bytes_of(&run)),
            memory,
            budget: CpuBudget::default(),
            run,
            desk: Arc::new(Desk::new(stop)),
            identity,
            phase,
        }
    }

    /// Gives the guest the jars of the client that makes its requests.
    #[must_use]
    pub fn with_cookies(mut self, cookies: Arc<Cookies>) -> VuState {
        self.cookies = cookies;
        self
    }

    /// Bytes that one host call may lift out of the guest: what its memory holds, or a body of the largest size.
    /// A guest can name the same memory many times over; beyond this it is stopped.
    pub fn call_bytes(&self) -> usize {
        call_bytes_of(&self.run)
    }

    /// Begins an export call that may use this much CPU time. What an earlier call kept is freed.
    pub fn begin_call(&mut self, cpu: Duration) {
        self.begin_call_at(cpu, Instant::now());
    }

    /// The same, by a clock that was read just now.
    pub fn begin_call_at(&mut self, cpu: Duration, now: Instant) {
        self.budget = CpuBudget::new(cpu, now);
        self.responses.clear();
        self.jar = JarUse::default();
        self.batch_jars.clear();
        self.in_task = false;
    }

    /// Makes the call that has begun that of a task with these labels. Those of the form
    /// `key=value` are tags until the call ends.
    pub fn begin_task(&mut self, labels: &[String]) {
        self.in_task = true;
        self.tags.set_task(labels);
    }

    /// Ends an export call: its groups and its task end with it, and what it printed is logged.
    pub fn end_call(&mut self) {
        self.output.flush();
        self.post = None;
        self.count_refusals();
        // A guest that made `group_duration` a metric of its own has itself to blame.
        while self.groups.are_open() {
            let _ = self.close_group();
        }
        if self.in_task {
            self.in_task = false;
            self.tags.set_task(&[]);
        }
    }

    /// What the host had no room for is counted among what the sandbox refused.
    pub fn count_refusals(&self) {
        for _ in 0..self.memory.take_refusals().min(limits::REFUSALS) {
            with_shard(|shard| shard.denied(REFUSED_MEMORY));
        }
    }

    /// What the host holds for this instance.
    pub fn memory(&self) -> &Arc<Account> {
        &self.memory
    }

    /// Whether the guest has met the limit of what is held for it.
    pub fn is_out_of_room(&self) -> bool {
        self.handles.are_too_many()
    }

    /// Leaves the innermost group and records its time.
    ///
    /// # Errors
    /// There is none, or its metric is of another kind.
    pub(super) fn close_group(&mut self) -> Result<(), String> {
        if self.groups.leave_nameless() {
            return Ok(());
        }
        let begun = self.groups.begun().ok_or("there is no group to leave")?;
        let ms = begun.elapsed().as_secs_f64() * 1e3;
        let (scenario, tags) = (self.identity.scenario, self.tags.own());
        let tags = tags.as_deref().unwrap_or_default();
        let recorded =
            with_shard(|shard| shard.custom(scenario, "group_duration", MetricKind::Trend, ms, tags));
        self.tags.set_group(self.groups.leave());
        match recorded {
            Some(Err(mismatch)) => Err(mismatch.to_string()),
            _ => Ok(()),
        }
    }

    /// The scenario that the running call belongs to, if it is one.
    pub(super) fn scenario_index(&self) -> Option<usize> {
        match self.phase {
            Phase::Load | Phase::ScenarioSetup => Some(usize::from(self.identity.scenario)),
            Phase::Describe | Phase::Setup => None,
        }
    }

    /// Makes what is random from now on depend on this drawer instead of on the VU.
    pub fn reseed(&mut self, whose: Drawer) {
        let stream = |s| generator(self.run.seed(), whose, s);
        self.random = stream(Stream::Guest);
        self.data_random = stream(Stream::Data);
        self.wasi_random.reseed(stream(Stream::Wasi));
    }

    /// Serves what the guest waits for, in every call but `describe`.
    pub fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.desk)
    }

    /// The CPU time that this call has taken, and how much it may.
    pub fn cpu_used(&self) -> (Duration, Duration) {
        (self.budget.used(Instant::now()), self.budget.allowed)
    }

    /// Called on each epoch tick that meets the guest computing. One that has only just got its turn goes on.
    pub fn on_epoch(&mut self) -> UpdateDeadline {
        let now = Instant::now();
        if self.budget.is_spent(now) {
            UpdateDeadline::Interrupt
        } else if run_queue::is_fresh(now) {
            UpdateDeadline::Continue(1)
        } else {
            self.desk.yields();
            UpdateDeadline::Yield(1)
        }
    }

    /// What the guest printed before it trapped: one line, and all of it.
    pub fn last_words(&self) -> Option<(String, String)> {
        self.output.last_words()
    }

    /// Tells the operator of a trap, if it is the first of its kind; `words` is what the guest said about it.
    pub fn tell_crash(&self, message: &str, words: &str) {
        self.run.log.crash(self.identity.vu, message, words);
    }

    /// Ends the run if a certificate was refused that the plugin wants to be accepted: all else would fail likewise.
    #[cold]
    pub(super) fn miss_insecure(&self) {
        if self.run.lacks_insecure {
            let why = "a certificate isn't trusted, and the plugin's option `insecure` (k6: insecureSkipTLSVerify) \
                       was not granted";
            // The first one says it.
            let _ = self.run.not_granted.set(why.to_owned());
            self.request_abort(why);
        }
    }

    pub(super) fn request_abort(&self, reason: &str) {
        let mut abort = self.run.abort.lock().unwrap_or_else(PoisonError::into_inner);
        abort.get_or_insert_with(|| limits::cut(reason, limits::MESSAGE_BYTES).to_owned());
        self.run.abort_requested.notify_one();
    }
}

/// Bytes that one host call may lift out of a guest.
fn call_bytes_of(run: &RunShared) -> usize {
    limits::CALL_BYTES + run.vu_memory_bytes.max(run.max_request_body)
}

impl std::fmt::Debug for VuState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VuState")
            .field("identity", &self.identity)
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}
