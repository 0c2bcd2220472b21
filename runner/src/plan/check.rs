//! What must hold of a plan that can be run. Options are checked where they are resolved, each in the words of who said
//! it; this is for plans that come from elsewhere.

use super::{GrantsPlan, HttpPlan, LONGEST, LimitsPlan, MOST_RATE, Plan, ScenarioPlan, WaitTime, Workload};
use std::collections::BTreeSet;
use std::time::Duration;

/// Scenarios, workloads, and tasks of one scenario that there may be.
const MOST_ITEMS: usize = 1_000;

/// The longest pause between two tasks.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// Load threads that there may be.
const MOST_THREADS: usize = 1 << 16;

/// The memory of one VU, in bytes, that may be asked for.
const VU_MEMORY: std::ops::RangeInclusive<usize> = (1 << 16)..=(4 << 30);

/// All that is wrong with a plan, in sentences. `vus` of its workloads need not be in order yet.
pub(super) fn problems(plan: &Plan) -> Vec<String> {
    let rules = of_the_whole(plan).into_iter().chain(of_its_lists(plan));
    let broken = rules.filter(|(holds, _)| !holds);
    let mut found: Vec<String> = broken.map(|(_, what)| what.to_owned()).collect();
    found.extend(plan.scenarios.iter().filter_map(scenario));
    found.extend(
        plan.workloads
            .iter()
            .filter_map(|one| workload(one, &plan.scenarios)),
    );
    // Nobody can wait for what isn't there.
    if found.is_empty() && goes_in_circles(&plan.workloads) {
        found.push("workloads wait for each other, or for what doesn't exist".to_owned());
    }
    found
}

/// Whether something holds, and what is said if it doesn't.
type HasToHold = (bool, &'static str);

fn of_the_whole(plan: &Plan) -> [HasToHold; 6] {
    let is_plugin = is_digest(&plan.plugin.sha256);
    let has_threads = (1..=MOST_THREADS).contains(&plan.threads);
    let is_sent_at_a_rate = plan.max_rate.is_none_or(is_rate);
    let are_files = are_grants(&plan.grants);
    [
        (is_plugin, "the plugin has no SHA-256"),
        (has_threads, "the number of threads is out of range"),
        (is_sent_at_a_rate, "the highest rate is out of range"),
        (is_limit(&plan.limits), "a limit is out of range"),
        (is_http(&plan.http), "a setting of HTTP is out of range"),
        (
            are_files,
            "a file of rows has no name of its own, no SHA-256 or no rows",
        ),
    ]
}

fn of_its_lists(plan: &Plan) -> [HasToHold; 7] {
    let (scenarios, workloads) = (&plan.scenarios, &plan.workloads);
    let has_scenarios = (1..=MOST_ITEMS).contains(&scenarios.len());
    let has_workloads = (1..=MOST_ITEMS).contains(&workloads.len());
    let own_names = are_different(scenarios.iter().map(|s| &s.name));
    let own_loads = are_different(workloads.iter().map(|w| &w.name));
    let is_sorted = plan.params.is_sorted_by(|one, next| one < next);
    let mut thresholds = plan.thresholds.iter();
    let is_soon = thresholds.all(|threshold| threshold.delay_abort_eval <= LONGEST);
    let measures = workloads.iter().any(|w| !w.warm_up);
    [
        (has_scenarios, "there must be 1 to 1,000 scenarios"),
        (has_workloads, "there must be 1 to 1,000 workloads"),
        (own_names, "two scenarios have one name"),
        (own_loads, "two workloads have one name"),
        (is_sorted, "the parameters aren't sorted"),
        (is_soon, "a threshold waits longer than a year"),
        (measures, "all workloads only warm up"),
    ]
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Above 0, and no more than can be calculated with.
fn is_rate(rate: f64) -> bool {
    rate > 0.0 && rate <= MOST_RATE
}

fn are_different<'a>(names: impl Iterator<Item = &'a String>) -> bool {
    let mut seen = BTreeSet::new();
    names.into_iter().all(|name| seen.insert(name))
}

fn is_limit(limits: &LimitsPlan) -> bool {
    let times = [
        limits.task_cpu_ms,
        limits.start_cpu_ms,
        limits.describe_wall_ms,
        limits.setup_wall_ms,
        limits.teardown_wall_ms,
    ];
    let in_time = |ms: u64| Duration::from_millis(ms) <= LONGEST;
    VU_MEMORY.contains(&limits.vu_memory_bytes) && limits.max_traps > 0 && times.into_iter().all(in_time)
}

fn is_http(http: &HttpPlan) -> bool {
    let times = [http.timeout, http.connect_timeout];
    times.iter().all(|time| !time.is_zero()) && http.parallel_per_host > 0 && http.max_body_bytes > 0
}

fn are_grants(grants: &GrantsPlan) -> bool {
    let files = &grants.data;
    are_different(files.iter().map(|file| &file.name))
        && files.iter().all(|file| is_digest(&file.sha256) && file.rows > 0)
}

fn scenario(scenario: &ScenarioPlan) -> Option<String> {
    let wrong = |what: &str| Some(format!("scenario {:?}: {what}", scenario.name));
    if !(1..=MOST_ITEMS).contains(&scenario.tasks.len()) {
        return wrong("it must have 1 to 1,000 tasks");
    }
    let (low, high) = match scenario.wait {
        WaitTime::None => (Duration::ZERO, Duration::ZERO),
        WaitTime::Uniform(low, high) => (low, high),
        WaitTime::Constant(time) | WaitTime::Pacing(time) | WaitTime::Exponential(time) => (time, time),
    };
    if low > high || high > LONGEST_WAIT {
        return wrong("its wait time is out of range");
    }
    None
}

fn workload(workload: &Workload, scenarios: &[ScenarioPlan]) -> Option<String> {
    let wrong = |what: &str| Some(format!("workload {:?}: {what}", workload.name));
    let runs = |vu: &u16| {
        let scenario = scenarios.get(usize::from(*vu));
        scenario.is_some_and(|scenario| scenario.tasks.iter().any(|task| task.weight > 0))
    };
    // They come in groups, one for each scenario.
    let groups = workload.vus.chunk_by(|one, next| one == next);
    if workload.vus.is_empty() || !groups.filter_map(<[u16]>::first).all(runs) {
        return wrong("it has no VUs, or one without anything to run");
    }
    workload.executor.fault(workload.vus.len()).and_then(wrong)
}

/// What is left when all that could begin have begun.
fn goes_in_circles(workloads: &[Workload]) -> bool {
    let mut begun = vec![false; workloads.len()];
    for _ in 0..workloads.len() {
        for (index, workload) in workloads.iter().enumerate() {
            let after = &workload.begin.after;
            let can_begin = after.iter().all(|&earlier| begun.get(earlier) == Some(&true));
            if let Some(slot) = begun.get_mut(index) {
                *slot |= can_begin;
            }
        }
    }
    begun.contains(&false)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::super::{ConstantArrivalRate, ConstantVus, ExecutorSpec};
    use super::*;
    use crate::plan::{Begin, Population, SpawnRate, TaskOrder, TaskPlan};

    fn workload(name: &str, executor: ExecutorSpec, after: &[usize]) -> Workload {
        Workload {
            name: name.to_owned(),
            executor,
            vus: vec![0; 2],
            spare: Vec::new(),
            begin: Begin {
                after: after.to_vec(),
                delay: Duration::ZERO,
            },
            graceful_stop: Duration::ZERO,
            on_stop: Default::default(),
            warm_up: false,
        }
    }

    fn good(workloads: Vec<Workload>) -> Plan {
        let mut plan = sample::plan(workloads);
        plan.plugin.sha256 = "0".repeat(64);
        plan.limits.vu_memory_bytes = 64 << 20;
        plan.scenarios = vec![ScenarioPlan {
            name: "a".to_owned(),
            exec: 0,
            population: Population::Weight(1),
            order: TaskOrder::Random,
            wait: WaitTime::None,
            tasks: vec![TaskPlan {
                name: "t".to_owned(),
                weight: 1,
                tags: Vec::new(),
            }],
            tags: Default::default(),
            params: Default::default(),
        }];
        plan
    }

    const USERS: ExecutorSpec = ExecutorSpec::ConstantVus(ConstantVus {
        spawn_rate: None,
        duration: None,
    });

    fn of(change: impl FnOnce(&mut Plan)) -> Vec<String> {
        let mut plan = good(vec![workload("a", USERS, &[]), workload("b", USERS, &[0])]);
        assert_eq!(problems(&plan), [] as [&str; 0]);
        change(&mut plan);
        problems(&plan)
    }

    #[test]
    fn each_thing_that_cant_be_run_is_named() {
        let second = |plan: &mut Plan, executor| plan.workloads[1].executor = executor;
        let rate = |rate| {
            ExecutorSpec::ConstantArrivalRate(ConstantArrivalRate {
                rate,
                duration: Duration::from_secs(1),
                spacing: Default::default(),
                pre_allocated_vus: 1,
            })
        };
        let many = ExecutorSpec::ConstantArrivalRate(ConstantArrivalRate {
            rate: 1.0,
            duration: Duration::from_secs(1),
            spacing: Default::default(),
            pre_allocated_vus: u32::MAX,
        });
        let slow = ExecutorSpec::ConstantVus(ConstantVus {
            spawn_rate: SpawnRate::new(0.001).ok(),
            duration: None,
        });
        let named: [(Vec<String>, &str); 10] = [
            (of(|p| p.plugin.sha256.clear()), "SHA-256"),
            (of(|p| p.threads = 0), "threads"),
            (of(|p| p.workloads[1].name = "a".to_owned()), "one name"),
            (of(|p| p.workloads[1].vus = vec![1]), "without anything to run"),
            (
                of(|p| p.workloads[0].begin.after = vec![1]),
                "wait for each other",
            ),
            (of(|p| p.workloads[0].begin.after = vec![7]), "doesn't exist"),
            (of(|p| second(p, rate(0.0))), "rate is out of range"),
            (of(|p| second(p, rate(2e7))), "rate is out of range"),
            (of(|p| second(p, many.clone())), "too many VUs beforehand"),
            (
                of(|p| {
                    p.workloads[1].vus = vec![0; 100_000];
                    second(p, slow);
                }),
                "more than a year",
            ),
        ];
        for (found, what) in named {
            assert_eq!(found.len(), 1, "{what}: {found:?}");
            assert!(found[0].contains(what), "{found:?}");
        }
    }
}
