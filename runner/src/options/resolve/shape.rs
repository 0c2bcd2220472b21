//! From the keys of one workload to its executor and its VUs. Knows nothing of the plugin.

use crate::options::definition::{self, Definition, Definitions};
use crate::options::layer::ScenarioText;
use crate::options::problem::{Origin, Problem};
use crate::options::row::Group;
use crate::options::scenario::ScenarioOptions;
use crate::options::setting::{Setting, Settings};
use crate::options::{LoadOptions, ShapeOptions};
use crate::plan::ExecutorType;

/// What is asked of one workload.
pub(super) struct Ask<'a> {
    settings: &'a Settings,
    /// What problems that belong to no key are about.
    path: String,
    origin: Origin,
    pub(super) executor: ExecutorType,
    pub(super) options: ScenarioOptions,
    /// The key that holds the number of iterations.
    pub(super) iterations_key: &'static str,
    /// Whether it is the load in short, which has more defaults.
    pub(super) is_short: bool,
}

impl<'a> Ask<'a> {
    /// A scenario of a file.
    pub(super) fn of_scenario(scenario: &'a ScenarioText) -> Result<Ask<'a>, Problem> {
        let path = format!("scenarios.{}", scenario.name);
        let refuse = |what: String| Problem::new(scenario.origin.clone(), path.clone(), what);
        let options: ScenarioOptions = Group::of(&scenario.settings);
        let names: Vec<&str> = ExecutorType::ALL.iter().map(|executor| executor.name()).collect();
        let names = names.join(", ");
        let executor = options
            .executor
            .ok_or_else(|| refuse(format!("it has no `executor`; there are {names}")))?;
        Ok(Ask {
            settings: &scenario.settings,
            path,
            origin: scenario.origin.clone(),
            executor,
            options,
            iterations_key: ShapeOptions::iterations,
            is_short: false,
        })
    }

    /// The load in short.
    pub(super) fn in_short(settings: &'a Settings, load: &LoadOptions) -> Ask<'a> {
        let said = definition::run()
            .load()
            .find_map(|option| settings.first(option.id));
        let executor = executor_in_short(load);
        let shape = ShapeOptions {
            iterations: load.shape.iterations.or(load.iterations_per_vu),
            ..load.shape.clone()
        };
        let options = ScenarioOptions {
            max_duration: shape.run_time,
            start_rate: shape.rate,
            shape,
            ..ScenarioOptions::default()
        };
        Ask {
            settings,
            path: said.map_or_else(String::new, |setting| setting.key.clone()),
            origin: said.map_or(Origin::CommandLine, |setting| setting.origin.clone()),
            executor,
            options,
            iterations_key: LoadOptions::iterations_per_vu,
            is_short: true,
        }
    }

    pub(super) fn setting(&self, id: &str) -> Option<&Setting> {
        self.settings.first(id)
    }

    pub(super) fn settings(&self, id: &str) -> &[Setting] {
        self.settings.all(id)
    }

    /// A problem of this key (of a list as a whole), or of the workload if it isn't there.
    pub(super) fn problem(&self, id: &str, what: impl Into<String>) -> Problem {
        let what = what.into();
        match self.settings.first(id) {
            Some(setting) => {
                let key = setting.key.split('[').next().unwrap_or_default();
                Problem::new(setting.origin.clone(), key, what)
            }
            None => Problem::new(self.origin.clone(), self.path.clone(), what),
        }
    }

    /// The options that it may have.
    fn definitions(&self) -> &'static Definitions {
        if self.is_short {
            definition::run()
        } else {
            definition::scenario()
        }
    }

    /// A problem of a key that is missing.
    pub(super) fn missing(&self, id: &str) -> Problem {
        let option = self.definitions().get(id);
        let name = match option {
            Some(option) if !self.is_short => format!("`{}`", option.k6_key()),
            Some(option) if option.id == ShapeOptions::run_time => "a run time (-t)".to_owned(),
            Some(option) => format!("--{}", option.flag),
            None => format!("`{id}`"),
        };
        let executor = self.executor.name();
        Problem::new(
            self.origin.clone(),
            self.path.clone(),
            format!("{executor} needs {name}"),
        )
    }

    /// Keys that the executor doesn't understand. In short, those of lower layers than the ones that
    /// decided on the executor don't count: a plugin's spawn rate is void when a rate is asked for.
    pub(super) fn misplaced(&self) -> Vec<Problem> {
        let about = self.executor.about();
        let short = if self.is_short { about.keys_in_short } else { &[] };
        let taken = |option: &&Definition| about.keys.contains(&option.id) || short.contains(&option.id);
        let wrong = self.definitions().load().filter(|option| !taken(option));
        let wrong = wrong.filter_map(|option| self.setting(option.id));
        let rank = self.deciding_rank();
        let wrong = wrong.filter(|setting| !self.is_short || setting.origin.rank() >= rank);
        wrong.map(|setting| setting.problem(self.takes())).collect()
    }

    /// The rank of the layer that decided on the executor in short.
    fn deciding_rank(&self) -> u8 {
        let mut deciding = definition::run().deciding();
        let setting = deciding.find_map(|option| self.setting(option.id));
        let setting = setting.or_else(|| self.setting(ShapeOptions::run_time));
        setting.map_or(0, |setting| setting.origin.rank())
    }

    fn takes(&self) -> String {
        let executor = self.executor.name();
        if self.is_short {
            return format!("it has no meaning for {executor}, which the other options ask for");
        }
        let keys = self.executor.about().keys.iter();
        let keys = keys.filter_map(|id| Some(self.definitions().get(id)?.k6_key()));
        format!(
            "{executor} doesn't take it; it takes {}",
            keys.collect::<Vec<_>>().join(", ")
        )
    }
}

fn executor_in_short(load: &LoadOptions) -> ExecutorType {
    let shape = &load.shape;
    match (shape.rate.is_some(), shape.stages.is_empty()) {
        (true, true) => ExecutorType::ConstantArrivalRate,
        (true, false) => ExecutorType::RampingArrivalRate,
        (false, false) => ExecutorType::RampingVus,
        (false, true) if shape.iterations.is_some() => ExecutorType::SharedIterations,
        (false, true) if load.iterations_per_vu.is_none() && shape.run_time.is_some() => {
            ExecutorType::ConstantVus
        }
        (false, true) => ExecutorType::PerVuIterations,
    }
}
