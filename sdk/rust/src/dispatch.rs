//! From the exports that the host calls to the scenario that this instance is.
//!
//! One instance is one VU, so one slot holds its scenario. The host never calls a second export
//! while the first runs; the cell is borrowed for the whole call.

use crate::bindings::exports::wasmswarm::scenario::scenario as wit;
use crate::scenario::{Scenario, info};
use crate::{Defaults, Error, Moment, Outcome, Result, Target, setup, shape};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::time::Duration;

thread_local! {
    static VU: RefCell<Option<Box<dyn Running>>> = const { RefCell::new(None) };
}

/// A plugin as `plugin!` describes it.
pub trait Plugin {
    /// By index.
    const SCENARIOS: &'static [Entry];
    /// Whether the plugin decides how much load there is.
    const SHAPE: bool = false;

    /// Text for people.
    fn about() -> &'static str {
        ""
    }

    /// The author's wishes.
    fn defaults() -> Defaults {
        Defaults::new()
    }

    /// Once a second, if the plugin decides how much load there is. None: the run ends.
    fn shape(_now: Moment) -> Option<Target> {
        None
    }

    /// Once per run, before all VUs.
    ///
    /// # Errors
    ///
    /// What the author's function returns.
    fn setup() -> Result<Vec<u8>> {
        Ok(Vec::new())
    }

    /// Once per run, after all VUs.
    ///
    /// # Errors
    ///
    /// What the author's function returns.
    fn teardown() -> Result {
        Ok(())
    }
}

/// One scenario of a plugin.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    info: fn() -> Result<wit::ScenarioInfo, String>,
    start: fn() -> Result<Box<dyn Running>>,
    setup: fn() -> Result<Vec<u8>>,
    teardown: fn() -> Result,
}

impl Entry {
    /// The entry of this scenario.
    #[must_use]
    pub const fn of<S: Scenario>() -> Self {
        Self {
            info: info::<S>,
            start: start::<S>,
            setup: S::setup,
            teardown: S::teardown,
        }
    }
}

/// A scenario in the middle of a VU's life.
trait Running {
    fn run_task(&mut self, task: u32) -> Result<wit::Outcome>;
    fn on_stop(&mut self) -> Result;
}

impl<S: Scenario> Running for S {
    fn run_task(&mut self, task: u32) -> Result<wit::Outcome> {
        Scenario::run_task(self, task).and_then(|outcome: Outcome| outcome.into_wit(S::TASKS))
    }

    fn on_stop(&mut self) -> Result {
        Scenario::on_stop(self)
    }
}

fn start<S: Scenario>() -> Result<Box<dyn Running>> {
    let mut scenario = S::default();
    scenario.on_start()?;
    Ok(Box::new(scenario))
}

/// The component's exports for the plugin `P`.
#[derive(Debug)]
pub struct Exported<P>(PhantomData<P>);

impl<P: Plugin> wit::Guest for Exported<P> {
    fn describe() -> Result<wit::Description, String> {
        let scenarios = P::SCENARIOS
            .iter()
            .map(|entry| (entry.info)())
            .collect::<Result<_, _>>()?;
        Ok(wit::Description {
            about: P::about().to_owned(),
            scenarios,
            options: P::defaults().into_text()?,
            shape: P::SHAPE,
        })
    }

    fn setup() -> Result<Vec<u8>, String> {
        P::setup().map_err(text)
    }

    fn teardown(setup_data: Vec<u8>) -> Result<(), String> {
        setup::keep(setup_data);
        P::teardown().map_err(text)
    }

    fn setup_scenario(scenario: u32, setup_data: Vec<u8>) -> Result<Vec<u8>, String> {
        setup::keep(setup_data);
        (entry::<P>(scenario)?.setup)().map_err(text)
    }

    fn teardown_scenario(scenario: u32, scenario_data: Vec<u8>) -> Result<(), String> {
        setup::keep_scenario(scenario_data);
        (entry::<P>(scenario)?.teardown)().map_err(text)
    }

    fn shape(elapsed: u64, users: u32) -> Result<wit::LoadTarget, String> {
        let elapsed = Duration::from_micros(elapsed);
        Ok(shape::into_wit(P::shape(Moment { elapsed, users })))
    }

    fn on_start(scenario: u32, setup_data: Vec<u8>, scenario_data: Vec<u8>) -> Result<(), String> {
        setup::keep(setup_data);
        setup::keep_scenario(scenario_data);
        VU.set(Some((entry::<P>(scenario)?.start)().map_err(text)?));
        Ok(())
    }

    fn run_task(_scenario: u32, task: u32) -> Result<wit::Outcome, String> {
        VU.with_borrow_mut(|vu| match vu {
            Some(vu) => vu.run_task(task).map_err(text),
            None => Err("this VU was never started".to_owned()),
        })
    }

    fn on_stop(_scenario: u32) -> Result<(), String> {
        VU.take().map_or(Ok(()), |mut vu| vu.on_stop().map_err(text))
    }
}

fn entry<P: Plugin>(scenario: u32) -> Result<&'static Entry, String> {
    let index = usize::try_from(scenario).unwrap_or(usize::MAX);
    let entry = P::SCENARIOS.get(index);
    entry.ok_or_else(|| format!("the plugin has no scenario {scenario}"))
}

/// The message of an error with those of its causes.
#[cold]
fn text(error: Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
