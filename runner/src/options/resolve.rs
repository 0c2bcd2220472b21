//! From options, and what the plugin suggests, to the plan. Pure: no clock, no I/O.

use super::RunOptions;
use crate::plan::{ExecutorSpec, Plan, PluginPlan, Population, ScenarioPlan, Workload, assign};
use crate::plugin::{Defaults, Description};
use std::time::Duration;

/// The facts that a plan needs besides the options and the plugin's description.
#[derive(Debug, Clone)]
pub struct Given {
    /// Which plugin it is.
    pub plugin: PluginPlan,
    /// Base URL of the system under test.
    pub host: Option<String>,
    /// The seed to take if none was asked for.
    pub seed: u64,
    /// Cores of this machine.
    pub cores: usize,
}

/// Decides everything about a run.
///
/// # Errors
/// All problems, one line each.
pub fn resolve(options: &RunOptions, description: &Description, given: Given) -> Result<Plan, Vec<String>> {
    let mut scenarios = description.scenarios.clone();
    let mut problems = select(&mut scenarios, &options.scenarios);
    let users = users(options, &description.defaults, &scenarios);
    let populations: Vec<_> = scenarios.iter().map(|s| s.population).collect();
    let vus = assign(users, &populations);
    if vus.is_empty() && problems.is_empty() {
        problems.push("no scenario may have a virtual user: all their weights are 0".to_owned());
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let load = &options.load;
    Ok(Plan {
        plugin: given.plugin,
        host: given.host,
        seed: load.seed.unwrap_or(given.seed),
        scenarios,
        threads: load
            .threads
            .map_or(given.cores, usize::from)
            .min(vus.len())
            .max(1),
        workloads: vec![Workload {
            executor: executor(options, &description.defaults),
            vus,
        }],
        params: options
            .given
            .params
            .iter()
            .map(|(name, _)| name.clone())
            .collect(),
        graceful_stop: load.graceful_stop.unwrap_or(Duration::from_secs(30)),
        limits: options.limits.resolve(),
    })
}

/// Takes the VUs away from scenarios that weren't asked for; they keep their index.
fn select(scenarios: &mut [ScenarioPlan], wanted: &[String]) -> Vec<String> {
    let known: Vec<_> = scenarios.iter().map(|s| s.name.clone()).collect();
    let unknown = wanted.iter().filter(|name| !known.contains(name));
    let problems = unknown.map(|name| {
        format!(
            "there is no scenario {name:?}; the plugin has: {}",
            known.join(", ")
        )
    });
    let problems = problems.collect();
    if !wanted.is_empty() {
        for scenario in scenarios.iter_mut().filter(|s| !wanted.contains(&s.name)) {
            scenario.population = Population::Weight(0);
        }
    }
    problems
}

/// As asked, else as suggested, else as many as the fixed scenarios need, else one.
fn users(options: &RunOptions, defaults: &Defaults, scenarios: &[ScenarioPlan]) -> usize {
    let fixed: usize = scenarios
        .iter()
        .map(|s| match s.population {
            Population::Fixed(n) => n as usize,
            Population::Weight(_) => 0,
        })
        .sum();
    let asked = options.load.users.or(defaults.users.filter(|&n| n > 0));
    asked.map_or(fixed.clamp(1, 1_000_000), |n| n as usize)
}

fn executor(options: &RunOptions, defaults: &Defaults) -> ExecutorSpec {
    let load = &options.load;
    let spawn_rate = load.spawn_rate.or(defaults.spawn_rate);
    let max_duration = load.run_time;
    match (
        load.iterations,
        load.iterations_per_vu,
        load.run_time.or(defaults.run_time),
    ) {
        (Some(iterations), _, _) => ExecutorSpec::SharedIterations {
            spawn_rate,
            iterations,
            max_duration,
        },
        (_, Some(iterations), _) => ExecutorSpec::PerVuIterations {
            spawn_rate,
            iterations,
            max_duration,
        },
        (_, _, duration @ Some(_)) => ExecutorSpec::ConstantVus { spawn_rate, duration },
        _ => ExecutorSpec::PerVuIterations {
            spawn_rate,
            iterations: 1,
            max_duration,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{TaskOrder, TaskPlan, WaitTime};

    fn scenario(name: &str, population: Population) -> ScenarioPlan {
        let task = TaskPlan {
            name: "t".to_owned(),
            weight: 1,
            tags: Vec::new(),
        };
        ScenarioPlan {
            name: name.to_owned(),
            population,
            order: TaskOrder::Random,
            wait: WaitTime::None,
            tasks: vec![task],
        }
    }

    fn plan(options: &RunOptions, defaults: Defaults) -> Result<Plan, Vec<String>> {
        let scenarios = vec![
            scenario("a", Population::Weight(3)),
            scenario("b", Population::Weight(1)),
        ];
        let plugin = PluginPlan {
            source: "p".to_owned(),
            sha256: String::new(),
            bytes: 0,
        };
        let given = Given {
            plugin,
            host: None,
            seed: 7,
            cores: 2,
        };
        resolve(
            options,
            &Description {
                about: String::new(),
                scenarios,
                defaults,
                ..Description::default()
            },
            given,
        )
    }

    fn run_time(seconds: u64) -> Defaults {
        Defaults {
            users: Some(10),
            run_time: Some(Duration::from_secs(seconds)),
            ..Defaults::default()
        }
    }

    #[test]
    fn without_any_wish_one_vu_runs_one_iteration() {
        let plan = plan(&RunOptions::default(), Defaults::default()).unwrap();
        assert_eq!((plan.total_vus(), plan.iterations(), plan.seed), (1, Some(1), 7));
    }

    #[test]
    fn the_operator_outranks_the_plugin() {
        let mut options = RunOptions::default();
        let suggested = plan(&options, run_time(60)).unwrap();
        assert_eq!(
            (suggested.total_vus(), suggested.duration()),
            (10, Some(Duration::from_secs(60)))
        );
        options.load.users = Some(4);
        options.load.iterations = Some(100);
        let asked = plan(&options, run_time(60)).unwrap();
        assert_eq!(
            (asked.total_vus(), asked.duration(), asked.iterations()),
            (4, None, Some(100))
        );
    }

    #[test]
    fn scenarios_that_were_not_asked_for_get_nobody() {
        let mut options = RunOptions {
            scenarios: vec!["b".to_owned()],
            ..RunOptions::default()
        };
        options.load.users = Some(3);
        assert_eq!(
            plan(&options, Defaults::default()).unwrap().workloads[0].vus,
            [1, 1, 1]
        );
    }

    #[test]
    fn every_unknown_scenario_is_named() {
        let options = RunOptions {
            scenarios: vec!["x".to_owned(), "y".to_owned()],
            ..RunOptions::default()
        };
        let problems = plan(&options, Defaults::default()).unwrap_err();
        assert_eq!(problems[0], "there is no scenario \"x\"; the plugin has: a, b");
        assert_eq!(problems.len(), 2);
    }
}
