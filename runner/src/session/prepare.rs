//! From options to a run that can begin. Everything that can be refused is refused here.

use super::endpoint::{self, Endpoint};
use super::machine::Machine;
use super::memory::Memory;
use super::prepared::{self, Linked};
use super::room::{self, Room};
use super::source::{self, Order, Read};
use super::{View, finish, grants, no_thread, reach, thresholds};
use crate::error::Failure;
use crate::host::{Ceiling, Census, DataSet, DataSets, LogLine, LogSink, Naming, RunShared};
use crate::http::Transport;
use crate::load::{self, Lifecycle, StopHandle};
use crate::memory::Budget;
use crate::metrics::Set;
use crate::options::{self, Asked, Given, PluginOptions, RunOptions};
use crate::plan::{Plan, PluginPlan, ScenarioPlan};
use crate::plugin::{self, Description, EpochClock, PerVu};
use crate::report;
use crate::secret;
use crate::target::Running;
use crate::terminal::{self, Paint};
use crate::thresholds::{Baseline, Evaluator, watched_urls};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;
use url::Url;

/// Most VUs of a search, unless somebody says otherwise.
const MOST_SEARCHING: usize = 10_000;

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
    _shop: Option<Running>,
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

    /// The guests' log lines; an empty queue the second time.
    pub(super) fn take_logs(&mut self) -> Receiver<LogLine> {
        self.logs.take().unwrap_or_else(|| sync_channel(1).1)
    }
}

/// Checks and prepares everything, cheapest first.
pub(super) fn prepare(options: &RunOptions) -> Result<Prepared, Failure> {
    prepare_with(options, make_room)
}

/// As [`prepare`], for runs at rates that aren't known yet: with room for as many VUs as these may need.
pub(super) fn prepare_search(options: &RunOptions) -> Result<Prepared, Failure> {
    prepare_with(options, |plan, options, sources| {
        let machine = Machine::ask();
        if options.load.shape.max_vus.is_none() {
            room::make_for_rates(plan, MOST_SEARCHING.min(machine.most_vus(sources)));
            if options.load.threads.is_none() {
                plan.threads = cores().min(plan.peak_vus()).max(plan.threads);
            }
        }
        check_machine(plan, &machine, sources)
    })
}

/// Makes room for more VUs than the plan has, for a number of addresses to connect from.
type MakeRoom = fn(&mut Plan, &RunOptions, usize) -> Result<(), Failure>;

fn prepare_with(options: &RunOptions, make_room: MakeRoom) -> Result<Prepared, Failure> {
    let begun = Instant::now();
    check_summary(options)?;
    let baseline = thresholds::baseline(options.output.baseline.as_deref())?;
    let data = load_data(&options.given)?;
    let (given, output) = (&options.given, &options.output);
    let read = source::read(&order(options))?;
    let limits = options.limits.resolve();
    let (description, probed) = prepared::probe(&read, &limits, given.cache_dir.as_deref())?;
    let Endpoint { base, shop } = endpoint::open(&options.http, &description, &read.inspection.imports)?;
    let (mut http, asked) = options::http_options(options, &description)
        .map_err(|problems| misfit(problems, &read.source.name))?;
    grants::decide(&asked, &options.http, base.as_ref())?.add_to(&mut http);
    let settings = http.settings(base);
    let mut plan = plan(
        options,
        &read,
        &description,
        settings.base.as_ref().map(secret::shown_url),
    )?;
    let thresholds = thresholds::prepare(&plan, baseline.as_ref())?;
    make_room(&mut plan, options, settings.net.source_addresses.len())?;
    let transport = reach::open(&settings, options.http.connect_timeout)?;
    let linked = link(&read, &mut plan, options, probed.per_vu)?;
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
    let memory = Memory::ask(options.limits.max_memory);
    let (sink, logs) = sync_channel(LOG_QUEUE);
    let facts = Facts {
        asked: &asked,
        base: settings.base,
    };
    let shared = shared(
        options,
        &plan,
        facts,
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

fn load_data(given: &PluginOptions) -> Result<DataSets, Failure> {
    let mut sets = DataSets::new();
    for (name, path) in &given.data {
        let set = DataSet::load(path).map_err(|error| {
            let failure = Failure::invalid(format!("the data file {:?} can't be used", path.display()));
            failure
                .because(error)
                .hint("--data NAME=FILE takes a .csv file with a header line, a .json file with an array of objects, or a .jsonl file with one per line")
        })?;
        sets.insert(name.clone(), set);
    }
    Ok(sets)
}

pub(super) fn plan(
    options: &RunOptions,
    read: &Read,
    description: &Description,
    host: Option<String>,
) -> Result<Plan, Failure> {
    let source = &read.source;
    let given = Given {
        plugin: PluginPlan {
            source: source.name.clone(),
            sha256: source.sha256.clone(),
            bytes: source.bytes.len(),
        },
        host,
        seed: rand::random::<u64>() >> 11,
        cores: cores(),
    };
    options::resolve(options, description, given).map_err(|problems| misfit(problems, &source.name))
}

fn misfit(problems: Vec<String>, plugin: &str) -> Failure {
    let failure = Failure {
        causes: problems,
        ..Failure::invalid("the options don't fit the plugin")
    };
    failure.hint(format!("`wasmswarm inspect {plugin}` shows what it offers"))
}

/// Leaves room for the users that live changes may bring, if this machine allows the plan.
fn make_room(plan: &mut Plan, options: &RunOptions, sources: usize) -> Result<(), Failure> {
    let machine = Machine::ask();
    let is_steered = options.control.api.is_some() || View::takes_keys(&options.output);
    let room = match options.control.max_users.map(|users| users as usize) {
        Some(users) if room::beyond(plan, users).next().is_some() => {
            let failure = Failure::invalid(format!("the plan has more than --max-users {users}"));
            return Err(failure.hint("raise it, or use fewer users (-u)"));
        }
        _ if !is_steered => Room::Closed,
        Some(users) => Room::UpTo(users),
        None => Room::Usual(machine.most_vus(sources)),
    };
    room::make(plan, room);
    if !matches!(room, Room::Closed) && options.load.threads.is_none() {
        // One more user may be one thread more.
        plan.threads = cores().min(plan.peak_vus()).max(plan.threads);
    }
    check_machine(plan, &machine, sources)
}

fn check_machine(plan: &Plan, machine: &Machine, sources: usize) -> Result<(), Failure> {
    let problems = machine.problems(plan.peak_vus(), sources);
    if problems.is_empty() {
        return Ok(());
    }
    let what = format!(
        "this machine's limits are too low for {} virtual users",
        plan.peak_vus()
    );
    Err(Failure {
        causes: problems,
        ..Failure::invalid(what)
    }
    .hint("raise them as said, or use fewer users (-u, --max-users)"))
}

fn link(read: &Read, plan: &mut Plan, options: &RunOptions, per_vu: PerVu) -> Result<Linked, Failure> {
    let cache = options.given.cache_dir.as_deref();
    let link = |plan: &Plan| {
        let vus = u32::try_from(plan.peak_vus()).unwrap_or(u32::MAX);
        prepared::link(read, vus, per_vu, &plan.limits, cache)
    };
    match link(plan) {
        // Room that nobody asked for is no reason to refuse a run.
        Err(_)
            if options.control.max_users.is_none() && plan.workloads.iter().any(|w| !w.spare.is_empty()) =>
        {
            room::clear(plan);
            link(plan)
        }
        linked => linked,
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The run's tags, outranked by the scenario's own.
fn tags_of(plan: &Plan, scenario: &ScenarioPlan) -> BTreeMap<String, String> {
    let mut tags = plan.tags.clone();
    tags.extend(scenario.tags.clone());
    tags
}

/// The budget of what the host holds, after a warning if there may not be enough memory for the plan.
fn budget(options: &RunOptions, plan: &Plan, memory: &Memory) -> Arc<Budget> {
    let bytes = options.limits.host_memory.unwrap_or_else(|| memory.host_share());
    if let Some(warning) = memory.warning(plan, bytes).filter(|_| !options.output.quiet) {
        terminal::print_error(&terminal::warning_text(&warning, Paint::for_stderr()));
    }
    Budget::new(bytes)
}

/// What shows only while the run is prepared.
struct Facts<'a> {
    asked: &'a [Asked],
    base: Option<Url>,
}

fn shared(
    options: &RunOptions,
    plan: &Plan,
    Facts { asked, base }: Facts<'_>,
    data: DataSets,
    log: LogSink,
    memory: Arc<Budget>,
) -> RunShared {
    RunShared {
        seed: plan.seed,
        params: options.given.params.iter().cloned().collect(),
        scenario_params: plan.scenarios.iter().map(|s| s.params.clone()).collect(),
        scenario_tags: plan.scenarios.iter().map(|s| tags_of(plan, s)).collect(),
        data,
        scenarios: plan.scenarios.iter().map(|s| s.name.clone()).collect(),
        vu_memory_bytes: plan.limits.vu_memory_bytes,
        vu_host_memory_bytes: plan.limits.vu_host_memory_bytes,
        memory,
        max_request_body: plan.limits.max_request_body_bytes,
        ceiling: plan.max_rate.map(|rate| Arc::new(Ceiling::new(rate))),
        naming: Naming::new(plan.group_urls, watched_urls(&plan.thresholds), base),
        lacks_insecure: asked.contains(&Asked::Insecure),
        census: Census::new(load::run_info(plan, Set::Main).vus),
        strict_redirects: options.http.max_redirects.is_some(),
        ..RunShared::new(log)
    }
}
