//! The data of one VU's store: everything that its host calls may touch.

use super::admission::Admission;
use super::attribution::{Attribution, TagText};
use super::cpu_budget::CpuBudget;
use super::groups::OpenGroups;
use super::host_calls::HostCalls;
use super::http::state::HttpState;
use super::identity::{Purpose, VuIdentity};
use super::limits::{self, VuLimits};
use super::rate_limit::RateLimit;
use super::run_shared::RunShared;
use super::stop_flag::StopFlag;
use super::tags::VuTags;
use super::wasi::context;
use super::wasi::handles::{self, WasiHandles};
use super::wasi::outgoing_handler::{self, OutgoingHandler};
use super::wasi::output::StdOutput;
use super::wasi::random::WasiRandom;
use crate::engine::run_queue;
use crate::http::Cookies;
use crate::metrics::{MetricKind, with_shard};
use crate::plan::{Drawer, Stream, generator};
use crate::system::memory::Account;
use rand_pcg::Pcg32;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::UpdateDeadline;
use wasmtime_wasi::{ResourceTable, WasiCtx};
use wasmtime_wasi_http::WasiHttpCtx;

/// What the results call it if the host had no room to hold something for a guest.
const REFUSED_MEMORY: &str = "memory on the host";

/// The store's data.
pub struct VuState {
    pub(super) run: Arc<RunShared>,
    pub(super) identity: VuIdentity,
    pub(super) purpose: Purpose,
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
    pub(super) host_calls: Arc<HostCalls>,
    pub(super) http: HttpState,
    /// What the host holds for this instance.
    pub(super) memory: Arc<Account>,
    pub(super) tags: VuTags,
    pub(super) groups: OpenGroups,
    pub(super) random: Pcg32,
    pub(super) data_random: Pcg32,
    wasi_random: WasiRandom,
    /// Memory and table limits.
    pub limits: VuLimits,
    pub(super) output: StdOutput,
    pub(super) wasi: WasiCtx,
    pub(super) wasi_http: WasiHttpCtx,
    /// Where a standard client's request is taken from. Only in a guest that has one.
    pub(super) outgoing: Option<Box<OutgoingHandler>>,
    pub(super) table: ResourceTable,
    pub(super) handles: WasiHandles,
    budget: CpuBudget,
}

impl VuState {
    /// The state of a fresh instance.
    pub fn new(run: Arc<RunShared>, stop: Arc<StopFlag>, identity: VuIdentity, purpose: Purpose) -> VuState {
        let stream = |s| generator(run.seed(), identity.drawer(), s);
        let wasi_random = WasiRandom::new(stream(Stream::Wasi));
        let memory = Account::new(&run.memory, run.vu_host_memory_bytes);
        let output = StdOutput::new(Arc::clone(&run), identity.vu);
        VuState {
            iteration: 0,
            index: 0,
            intended: None,
            in_task: false,
            stop_requested: false,
            http: HttpState::default(),
            tags: VuTags::new(run.scenario_tags.get(usize::from(identity.scenario))),
            groups: OpenGroups::default(),
            random: stream(Stream::Guest),
            data_random: stream(Stream::Data),
            limits: VuLimits::new(run.vu_memory_bytes),
            wasi: context::inert(&wasi_random, &output),
            wasi_random,
            wasi_http: outgoing_handler::context(),
            outgoing: None,
            output,
            table: handles::table(run.vu_host_memory_bytes),
            handles: WasiHandles::new(&memory, call_bytes_of(&run)),
            memory,
            budget: CpuBudget::default(),
            run,
            host_calls: Arc::new(HostCalls::new(stop)),
            identity,
            purpose,
        }
    }

    /// Gives the guest the jars of the client that makes its requests.
    #[must_use]
    pub fn with_cookies(mut self, cookies: Arc<Cookies>) -> VuState {
        self.http.cookies = cookies;
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
        self.http.begin_call();
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
        self.outgoing = None;
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
        match self.purpose {
            Purpose::Load | Purpose::ScenarioSetup => Some(usize::from(self.identity.scenario)),
            Purpose::Describe | Purpose::Setup => None,
        }
    }

    /// Makes what is random from now on depend on this drawer instead of on the VU.
    pub fn reseed(&mut self, whose: Drawer) {
        let stream = |s| generator(self.run.seed(), whose, s);
        self.random = stream(Stream::Guest);
        self.data_random = stream(Stream::Data);
        self.wasi_random.reseed(stream(Stream::Wasi));
    }

    /// What the guest waits for, to be served in every call but `describe`.
    pub fn host_calls(&self) -> Arc<HostCalls> {
        Arc::clone(&self.host_calls)
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
            self.host_calls.yields();
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

    /// Traps what `describe` must not call.
    pub(super) fn require_run(&self) -> wasmtime::Result<()> {
        if self.purpose == Purpose::Describe {
            return Err(wasmtime::Error::msg("`describe` may call nothing but `log`"));
        }
        Ok(())
    }

    /// Whom the results of what the guest does now belong to.
    pub(super) fn attribution(&self, tags: TagText) -> Attribution {
        Attribution {
            scenario: self.identity.scenario,
            purpose: self.purpose,
            tags,
            trace: None,
        }
    }

    /// Books so many slots below the run's rate limit, if it has one: when the last of them is.
    pub(super) fn book(&self, count: u64, begun: Instant) -> Option<Instant> {
        Some(self.rate_limit()?.book(count, begun))
    }

    fn rate_limit(&self) -> Option<&Arc<RateLimit>> {
        let limit = self.run.rate_limit.as_ref();
        limit.filter(|_| self.purpose == Purpose::Load)
    }

    /// Lets a request be made. The first one of an iteration that has a time of its own counts from that.
    pub(super) fn admission(&mut self, tags: TagText, begun: Instant, slot: Option<Instant>) -> Admission {
        Admission {
            attribution: self.attribution(tags),
            intended: self.intended.take().or(slot).unwrap_or(begun),
            slot,
            rate_limit: self.rate_limit().cloned(),
        }
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
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::host::log_sink::LogSink;

    fn state() -> VuState {
        let run = Arc::new(RunShared::new(LogSink::closed()));
        VuState::new(run, Arc::default(), VuIdentity::default(), Purpose::Load)
    }

    fn compute(state: &VuState, until_ms: u64) {
        while state.cpu_used().0 < Duration::from_millis(until_ms) {
            std::hint::black_box(0);
        }
    }

    #[test]
    fn a_guest_that_computes_is_stopped_at_its_limit_and_not_before() {
        let mut state = state();
        state.begin_call(Duration::from_millis(30));
        assert!(matches!(state.on_epoch(), UpdateDeadline::Yield(_)));
        compute(&state, 10);
        assert!(matches!(state.on_epoch(), UpdateDeadline::Yield(_)));
        compute(&state, 30);
        assert!(matches!(state.on_epoch(), UpdateDeadline::Interrupt));
        state.begin_call(Duration::from_millis(30));
        assert!(
            matches!(state.on_epoch(), UpdateDeadline::Yield(_)),
            "each call begins anew"
        );
    }

    #[test]
    fn waiting_costs_nothing() {
        let mut state = state();
        state.begin_call(Duration::from_millis(30));
        assert!(matches!(state.on_epoch(), UpdateDeadline::Yield(_)));
        std::thread::sleep(Duration::from_millis(80));
        assert!(!matches!(state.on_epoch(), UpdateDeadline::Interrupt));
    }
}
