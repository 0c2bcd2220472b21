//! From options to a run that can begin. Everything that can be refused is refused here.

use super::endpoint::{self, Endpoint};
use super::linked::{self, Linked};
use super::memory::Memory;
use super::set_up::SetUp;
use super::source::{self, Order, Read};
use super::view::View;
use super::{finish, http_settings, machine, no_thread, outputs, reach, refusal, reports, thresholds};
use crate::engine::data::DataError;
use crate::engine::host::{DataSet, DataSets, LogLine, LogSink, Naming, RateLimit, RunProgress, RunShared};
use crate::engine::load::{Control, Lifecycle, Run, StopHandle};
use crate::engine::plugin::{self, Description, EpochClock, PerVu};
use crate::error::Failure;
use crate::http::Transport;
use crate::metrics::Set;
use crate::options::{self, Given, Machine, PluginOptions, ResolvedPlan, RoomFor, RunOptions, Secrets};
use crate::plan::{DataPlan, Plan, PluginPlan, ScenarioPlan};
use crate::report;
use crate::results::tally;
use crate::results::thresholds::{Baseline, Evaluator, watched_urls};
use crate::shop::RunningShop;
use crate::system::memory::Budget;
use crate::terminal::{self, Paint};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;

/// Log lines that may wait for the terminal.
const LOG_QUEUE: usize = 1024;

/// A run that can begin.
pub(super) struct Prepared {
    pub(super) plan: Arc<Plan>,
    pub(super) linked: Linked,
    pub(super) shared: Arc<RunShared>,
    pub(super) transport: Arc<Transport>,
    pub(super) thresholds: Evaluator,
    /// The earlier run that they compare with.
    pub(super) baseline: Option<Baseline>,
    /// What there is of it.
    pub(super) memory: Memory,
    logs: Option<Receiver<LogLine>>,
    _clock: EpochClock,
    _shop: Option<RunningShop>,
}

impl Prepared {
    /// The calls around the load, which `stop` ends.
    pub(super) fn lifecycle<'a>(&'a self, stop: &'a StopHandle) -> Lifecycle<'a> {
        Lifecycle::new(
            &self.linked.pre,
            &self.shared,
            &self.transport,
            &self.plan.limits,
            stop,
        )
    }

    /// A load by this plan, which has the same plugin and scenarios, after what was set up.
    pub(super) fn run(
        &self,
        plan: &Arc<Plan>,
        set_up: &SetUp,
        (stop, control): (StopHandle, Control),
    ) -> Run {
        Run {
            plan: Arc::clone(plan),
            shared: Arc::clone(&self.shared),
            pre: self.linked.pre.clone(),
            transport: Arc::clone(&self.transport),
            setup_data: Arc::clone(&set_up.run),
            scenario_data: set_up.scenarios.clone(),
            stop,
            control,
        }
    }

    /// The guests' log lines; an empty queue the second time.
    pub(super) fn take_logs(&mut self) -> Receiver<LogLine> {
        self.logs.take().unwrap_or_else(|| sync_channel(1).1)
    }
}

/// Checks and prepares everything, cheapest first.
pub(super) fn prepare(options: &RunOptions) -> Result<Prepared, Failure> {
    let is_steered = options.control.api.is_some() || View::takes_keys(&options.output);
    let room_for = if is_steered {
        RoomFor::Operator
    } else {
        RoomFor::Nobody
    };
    prepare_for(options, room_for)
}

/// As [`prepare`], for runs at rates that aren't known yet: with room for as many VUs as these may need.
pub(super) fn prepare_search(options: &RunOptions) -> Result<Prepared, Failure> {
    prepare_for(options, RoomFor::Search)
}

fn prepare_for(options: &RunOptions, room_for: RoomFor) -> Result<Prepared, Failure> {
    let begun = Instant::now();
    check_summary(options)?;
    outputs::check(&options.output)?;
    reports::check(&options.output.reports)?;
    let baseline = thresholds::baseline(options.output.baseline.as_deref())?;
    let (data, data_plans) = load_data(&options.given)?;
    let (given, output) = (&options.given, &options.output);
    let read = source::read(&order(options))?;
    let limits = options.limits.resolve();
    let (description, probed) = linked::probe(&read, &limits, given.cache_dir.as_deref())?;
    let Endpoint { base, shop } = endpoint::open(&options.http, &description, &read.inspection.imports)?;
    let facts = Given {
        room_for,
        ..facts(&read, endpoint::shown(base), data_plans, machine::ask())
    };
    let resolved = resolve(options, &description, &facts)?;
    refusal::of_grants(&resolved.not_granted)?;
    let thresholds = thresholds::prepare(&resolved.plan, baseline.as_ref())?;
    let settings = http_settings::settings(&resolved.plan, &resolved.secrets);
    let transport = reach::open(&settings, options.http.connect_timeout)?;
    let (resolved, linked) = link(&read, resolved, options, probed.per_vu, || {
        let room_for = RoomFor::Nobody;
        resolve(options, &description, &Given { room_for, ..facts })
    })?;
    let clock = plugin::start_epoch_clock(&linked.engine).map_err(no_thread)?;
    if output.verbose {
        let origin = if linked.from_cache {
            "from the cache"
        } else {
            "compiled"
        };
        terminal::print_error(&format!(
            "prepared in {} ms ({origin})",
            begun.elapsed().as_millis()
        ));
    }
    let plan = resolved.plan;
    let memory = Memory::ask(plan.limits.max_memory_bytes);
    let (sink, logs) = sync_channel(LOG_QUEUE);
    let shared = shared(
        &plan,
        &resolved.secrets,
        data,
        LogSink::new(sink, plan.limits.log_lines_per_second),
        budget(options, &plan, &memory),
    );
    Ok(Prepared {
        plan: Arc::new(plan),
        linked,
        shared: Arc::new(shared),
        transport,
        thresholds,
        baseline,
        memory,
        logs: Some(logs),
        _clock: clock,
        _shop: shop,
    })
}

/// What the options say of the plugin.
pub(super) fn order(options: &RunOptions) -> Order<'_> {
    Order {
        name: &options.plugin,
        requests: &options.requests,
        digest: options.given.digest.as_deref(),
        cache_dir: options.given.cache_dir.as_deref(),
        quiet: options.output.quiet,
        verbose: options.output.verbose,
        parameters: &options.given.params,
        data: &options.given.data,
        build: &options.build,
    }
}

fn check_summary(options: &RunOptions) -> Result<(), Failure> {
    let Some(path) = &options.output.summary_json else {
        return Ok(());
    };
    if finish::is_stdout(path) {
        return Ok(());
    }
    report::check_writable(path).map_err(|error| {
        let failure = Failure::invalid(format!("the results can't be written to {:?}", path.display()));
        failure
            .because(error)
            .hint("name a file in a folder that exists and that you may write to")
    })
}

/// The granted files of rows, and what the plan says of them.
pub(super) fn load_data(given: &PluginOptions) -> Result<(DataSets, Vec<DataPlan>), Failure> {
    let (mut sets, mut plans) = (DataSets::new(), Vec::new());
    for (name, path) in &given.data {
        let load = || {
            let set = DataSet::load(path)?;
            let plan = DataPlan {
                name: name.clone(),
                sha256: set.sha256()?,
                rows: set.count(),
            };
            Ok((set, plan))
        };
        let (set, plan) = load().map_err(|error: DataError| {
            let failure = Failure::invalid(format!("the data file {:?} can't be used", path.display()));
            failure
                .because(error)
                .hint("--data NAME=FILE takes a .csv file with a header line, a .json file with an array of objects, or a .jsonl file with one per line")
        })?;
        sets.insert(name.clone(), set);
        plans.push(plan);
    }
    Ok((sets, plans))
}

/// What a plan depends on besides the options and the description.
pub(super) fn facts(
    read: &Read,
    (host, base): endpoint::Named,
    data: Vec<DataPlan>,
    machine: Machine,
) -> Given {
    let source = &read.source;
    Given {
        plugin: PluginPlan {
            source: source.name.clone(),
            sha256: source.sha256.clone(),
            bytes: source.bytes.len(),
        },
        host,
        base,
        data,
        seed: rand::random::<u64>() >> 11,
        machine,
        room_for: RoomFor::Nobody,
    }
}

/// The plan, or why there is none.
pub(super) fn resolve(
    options: &RunOptions,
    description: &Description,
    facts: &Given,
) -> Result<ResolvedPlan, Failure> {
    options::resolve(options, description, facts.clone())
        .map_err(|refused| refusal::of_plan(refused, &facts.plugin.source))
}

/// Compiles and links for as many VUs as the plan may have. Where there is no address space for room that nobody asked
/// for, that is no reason to refuse a run: `without_room` makes its plan without it.
fn link(
    read: &Read,
    resolved: ResolvedPlan,
    options: &RunOptions,
    per_vu: PerVu,
    without_room: impl FnOnce() -> Result<ResolvedPlan, Failure>,
) -> Result<(ResolvedPlan, Linked), Failure> {
    let cache = options.given.cache_dir.as_deref();
    let link = |plan: &Plan| {
        let vus = u32::try_from(plan.peak_vus()).unwrap_or(u32::MAX);
        linked::link(read, vus, per_vu, &plan.limits, cache)
    };
    let has_room = resolved.plan.workloads.iter().any(|w| !w.spare.is_empty());
    match link(&resolved.plan) {
        Err(_) if options.control.max_users.is_none() && has_room => {
            let resolved = without_room()?;
            let linked = link(&resolved.plan)?;
            Ok((resolved, linked))
        }
        linked => Ok((resolved, linked?)),
    }
}

/// The run's tags, outranked by the scenario's own.
fn tags_of(plan: &Plan, scenario: &ScenarioPlan) -> BTreeMap<String, String> {
    let mut tags = plan.tags.clone();
    tags.extend(scenario.tags.clone());
    tags
}

/// The budget of what the host holds, after a warning if there may not be enough memory for the plan.
fn budget(options: &RunOptions, plan: &Plan, memory: &Memory) -> Arc<Budget> {
    let bytes = plan
        .limits
        .host_memory_bytes
        .unwrap_or_else(|| memory.host_share());
    if let Some(warning) = memory.warning(plan, bytes).filter(|_| !options.output.quiet) {
        terminal::print_error(&terminal::warning_text(&warning, Paint::for_stderr()));
    }
    Budget::new(bytes)
}

fn shared(plan: &Plan, secrets: &Secrets, data: DataSets, log: LogSink, memory: Arc<Budget>) -> RunShared {
    RunShared {
        seed: plan.seed,
        params: secrets.params.clone(),
        scenario_params: secrets.scenario_params.clone(),
        scenario_tags: plan.scenarios.iter().map(|s| tags_of(plan, s)).collect(),
        data,
        scenarios: plan.scenarios.iter().map(|s| s.name.clone()).collect(),
        vu_memory_bytes: plan.limits.vu_memory_bytes,
        vu_host_memory_bytes: plan.limits.vu_host_memory_bytes,
        memory,
        max_request_body: plan.limits.max_request_body_bytes,
        rate_limit: plan.max_rate.map(|rate| Arc::new(RateLimit::new(rate))),
        naming: Naming::new(
            plan.group_urls,
            watched_urls(&plan.thresholds),
            http_settings::base(secrets),
        ),
        traceparent: plan.http.traceparent,
        lacks_insecure: plan.grants.lacks_insecure,
        progress: RunProgress::new(tally::run_info(plan, Set::Main).vus),
        strict_redirects: plan.http.strict_redirects,
        ..RunShared::new(log)
    }
}
