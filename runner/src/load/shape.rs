//! A load shape that the plugin itself decides: its `shape` export, asked once a second in an
//! instance of its own. This asks and checks the answer; following it is the executor's work.

use super::call;
use super::lifecycle::Lifecycle;
use crate::host::VuState;
use crate::host::bindings::Plugin;
use crate::host::bindings::exported::{LoadTarget, UsersTarget};
use std::time::Duration;
use wasmtime::Store;

/// Most VUs that a shape may ask for.
const MAX_USERS: u32 = 10_000_000;

/// Highest rate that a shape may ask for, in iterations per second.
const MAX_RATE: f64 = 1e9;

/// What a shape asks for from now on.
#[derive(Debug, Clone, PartialEq)]
pub enum ShapeTarget {
    /// This many VUs.
    Users {
        /// All scenarios together.
        users: u32,
        /// VUs started or ended per second until then; none: all at once.
        spawn_rate: Option<f64>,
        /// What new VUs run, by index; empty for all of the run's.
        scenarios: Vec<u16>,
    },
    /// This many iterations started per second.
    Rate(f64),
    /// The run ends.
    Stop,
}

/// The instance that answers. It lives as long as the run, so that a shape may remember.
pub struct Shape {
    store: Store<VuState>,
    plugin: Plugin,
    cpu: Duration,
    scenarios: Vec<String>,
}

impl Shape {
    /// Makes the instance.
    ///
    /// # Errors
    /// How that failed.
    pub async fn start(lifecycle: &Lifecycle<'_>) -> Result<Shape, String> {
        let (store, plugin) = lifecycle.instance(None).await?;
        Ok(Shape {
            store,
            plugin,
            cpu: Duration::from_millis(lifecycle.limits.task_cpu_ms),
            scenarios: lifecycle.shared.scenarios.clone(),
        })
    }

    /// Asks for the load from now on, when this many VUs run.
    ///
    /// # Errors
    /// The guest's own error, how the call failed, or what is wrong with the answer. The
    /// instance must not be asked again.
    pub async fn ask(&mut self, elapsed: Duration, users: u32) -> Result<ShapeTarget, String> {
        self.store.data_mut().begin_call(self.cpu);
        self.store.set_epoch_deadline(1);
        let exports = self.plugin.wasmswarm_scenario_scenario();
        let elapsed = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let answer = exports.call_shape(&mut self.store, elapsed, users).await;
        let answer = answer.map_err(|trap| call::explain_call(self.store.data(), &trap))?;
        self.store.data_mut().end_call();
        check(answer?, &self.scenarios)
    }
}

impl std::fmt::Debug for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shape")
            .field("cpu", &self.cpu)
            .finish_non_exhaustive()
    }
}

fn check(target: LoadTarget, scenarios: &[String]) -> Result<ShapeTarget, String> {
    match target {
        LoadTarget::Users(target) => users(target, scenarios),
        LoadTarget::Rate(rate) if (0.0..=MAX_RATE).contains(&rate) => Ok(ShapeTarget::Rate(rate)),
        LoadTarget::Rate(rate) => Err(format!("a rate of {rate} isn't between 0 and {MAX_RATE:e}")),
        LoadTarget::Stop => Ok(ShapeTarget::Stop),
    }
}

fn users(target: UsersTarget, scenarios: &[String]) -> Result<ShapeTarget, String> {
    let UsersTarget {
        users,
        spawn_rate,
        scenarios: names,
    } = target;
    if users > MAX_USERS {
        return Err(format!("{users} users are more than {MAX_USERS}"));
    }
    if !(0.0..=MAX_RATE).contains(&spawn_rate) {
        return Err(format!(
            "a spawn rate of {spawn_rate} isn't between 0 and {MAX_RATE:e}"
        ));
    }
    let index = |name: &String| {
        let index = scenarios.iter().position(|known| known == name);
        let index = index.and_then(|i| u16::try_from(i).ok());
        index.ok_or_else(|| format!("the plugin has no scenario {name:?}"))
    };
    Ok(ShapeTarget::Users {
        users,
        spawn_rate: (spawn_rate > 0.0).then_some(spawn_rate),
        scenarios: names.iter().map(index).collect::<Result<_, _>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(users: u32, spawn_rate: f64, names: &[&str]) -> Result<ShapeTarget, String> {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        let target = UsersTarget {
            users,
            spawn_rate,
            scenarios: names,
        };
        check(LoadTarget::Users(target), &["a".to_owned(), "b".to_owned()])
    }

    #[test]
    fn names_become_indices_and_zero_means_at_once() {
        let all = ShapeTarget::Users {
            users: 5,
            spawn_rate: None,
            scenarios: vec![],
        };
        assert_eq!(ask(5, 0.0, &[]), Ok(all));
        let one = ShapeTarget::Users {
            users: 5,
            spawn_rate: Some(2.5),
            scenarios: vec![1],
        };
        assert_eq!(ask(5, 2.5, &["b"]), Ok(one));
    }

    #[test]
    fn answers_without_sense_are_refused() {
        assert_eq!(
            ask(1, 0.0, &["c"]).unwrap_err(),
            "the plugin has no scenario \"c\""
        );
        for rate in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
            assert!(ask(1, rate, &[]).is_err(), "{rate}");
            assert!(check(LoadTarget::Rate(rate), &[]).is_err(), "{rate}");
        }
        assert!(ask(u32::MAX, 0.0, &[]).is_err());
    }
}
