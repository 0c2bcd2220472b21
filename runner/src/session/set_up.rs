//! What the plugin does once around the load: `setup` and `setup-scenario` before it, and their teardowns after it. One
//! set-up serves one load, or all the loads of a search.

use crate::engine::load::Lifecycle;
use crate::plan::Plan;
use std::sync::Arc;

/// What the plugin set up.
#[derive(Debug)]
pub(super) struct SetUp {
    /// What `setup` returned.
    pub(super) run: Arc<Vec<u8>>,
    /// What `setup-scenario` returned, by the scenario's index; nothing for those that have no VUs.
    pub(super) scenarios: Vec<Vec<u8>>,
}

impl SetUp {
    /// Lets the plugin set up the run, and then each scenario that has VUs. Where one fails, those before it are torn
    /// down.
    ///
    /// # Errors
    /// Why it failed.
    pub(super) fn make(lifecycle: &Lifecycle<'_>, plan: &Plan) -> Result<SetUp, String> {
        let run = Arc::new(lifecycle.setup()?);
        match set_up_scenarios(lifecycle, plan, &run) {
            Ok(scenarios) => Ok(SetUp { run, scenarios }),
            Err(why) => {
                // The run's own teardown follows its setup, however far it got.
                let _ = lifecycle.teardown(&run);
                Err(why)
            }
        }
    }

    /// Lets the plugin tear down each scenario, and then the run. The first error counts; it keeps nothing else from
    /// being torn down.
    ///
    /// # Errors
    /// Why it failed.
    pub(super) fn tear_down(&self, lifecycle: &Lifecycle<'_>, plan: &Plan) -> Result<(), String> {
        let scenarios = tear_down_these(lifecycle, plan, &plan.active_scenarios(), &self.scenarios);
        let run = lifecycle.teardown(&self.run);
        scenarios.and(run)
    }
}

fn set_up_scenarios(
    lifecycle: &Lifecycle<'_>,
    plan: &Plan,
    setup_data: &[u8],
) -> Result<Vec<Vec<u8>>, String> {
    let mut data = vec![Vec::new(); plan.scenarios.len()];
    let mut done = Vec::new();
    let mut held = setup_data.len();
    let mut fits = |bytes: usize| {
        held = held.saturating_add(bytes);
        held <= lifecycle.host_memory()
    };
    for scenario in plan.active_scenarios() {
        match lifecycle.setup_scenario(scenario, exec_of(plan, scenario), setup_data) {
            Ok(bytes) if !fits(bytes.len()) => {
                let _ = tear_down_these(lifecycle, plan, &done, &data);
                return Err("what the scenarios' `setup` returned is more than --host-memory".to_owned());
            }
            Ok(bytes) => {
                if let Some(place) = data.get_mut(usize::from(scenario)) {
                    *place = bytes;
                }
                done.push(scenario);
            }
            Err(why) => {
                let _ = tear_down_these(lifecycle, plan, &done, &data);
                return Err(why);
            }
        }
    }
    Ok(data)
}

fn tear_down_these(
    lifecycle: &Lifecycle<'_>,
    plan: &Plan,
    scenarios: &[u16],
    data: &[Vec<u8>],
) -> Result<(), String> {
    let of = |scenario: u16| data.get(usize::from(scenario)).map_or(&[][..], Vec::as_slice);
    let results: Vec<_> = scenarios
        .iter()
        .map(|&scenario| lifecycle.teardown_scenario(scenario, exec_of(plan, scenario), of(scenario)))
        .collect();
    results.into_iter().collect()
}

/// Index of a scenario in the plugin.
fn exec_of(plan: &Plan, scenario: u16) -> u32 {
    plan.scenarios.get(usize::from(scenario)).map_or(0, |s| s.exec)
}
