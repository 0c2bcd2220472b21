//! A load shape that the plugin itself decides: its `shape` export, asked once a second in an
//! instance of its own. Its answers become changes of the workload, which the executor makes.

use super::control::{Control, LoadChange, LoadLevel};
use super::lifecycle::Lifecycle;
use super::stop::{StopHandle, StopStage};
use crate::engine::host::bindings::Plugin;
use crate::engine::host::bindings::exported::{LoadTarget, UsersTarget};
use crate::engine::host::{VuState, explain_call};
use crate::http::Client;
use crate::metrics::Snapshot;
use crate::plan::{Rate, SpawnRate};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use wasmtime::Store;

/// How long before a whole second the shape is asked for it.
const AHEAD: Duration = Duration::from_millis(100);

/// The instance that answers. It lives as long as the run, so that a shape may remember.
struct Shape {
    store: Store<VuState>,
    plugin: Plugin,
    client: Client,
    cpu: Duration,
    /// Longest time of an answer, by the wall clock.
    wall: Duration,
    scenarios: Vec<String>,
}

impl Shape {
    /// Makes the instance.
    ///
    /// # Errors
    /// How that failed.
    async fn start(lifecycle: &Lifecycle<'_>) -> Result<Shape, String> {
        let mut client = lifecycle.client();
        let (store, plugin) = lifecycle.instance(None, &mut client).await?;
        Ok(Shape {
            store,
            plugin,
            client,
            cpu: Duration::from_millis(lifecycle.limits.task_cpu_ms),
            wall: lifecycle.answer_time(),
            scenarios: lifecycle.shared.scenarios.clone(),
        })
    }

    /// Asks for the load from now on, when this many VUs run.
    ///
    /// # Errors
    /// The guest's own error, how the call failed, or what is wrong with the answer. The
    /// instance must not be asked again.
    async fn ask(&mut self, elapsed: Duration, users: u32) -> Result<LoadLevel, String> {
        self.store.data_mut().begin_call(self.cpu);
        self.store.set_epoch_deadline(1);
        let exports = self.plugin.wasmswarm_scenario_scenario();
        let elapsed = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let calls = self.store.data().host_calls();
        let call = exports.call_shape(&mut self.store, elapsed, users);
        let answered = tokio::time::timeout(self.wall, calls.serve(&mut self.client, pin!(call))).await;
        let answer = answered.map_err(|_| {
            let seconds = self.wall.as_secs_f64();
            format!("it didn't answer within {seconds} s (--describe-timeout)")
        })?;
        let answer = answer.unwrap_or_else(|trap| Err(explain_call(self.store.data(), &trap)));
        self.store.data_mut().end_call();
        check(answer?, &self.scenarios)
    }
}

/// Lets a workload follow the plugin's shape, until that ends or the run is being stopped: whatever
/// the guest does then, and also where nobody says any more that the workload has ended.
///
/// # Errors
/// What the shape failed of.
pub async fn follow(
    lifecycle: &Lifecycle<'_>,
    (control, workload): (&Control, usize),
    snapshots: &watch::Receiver<Arc<Snapshot>>,
    stop: &StopHandle,
) -> Result<(), String> {
    tokio::select! {
        biased;
        () = stop.reached(StopStage::Graceful) => Ok(()),
        followed = ask_each_second(lifecycle, control, workload, snapshots) => followed,
    }
}

/// Each answer holds from a whole second of the workload on, and is known a little before it. A
/// shape that is late isn't asked for what is over.
async fn ask_each_second(
    lifecycle: &Lifecycle<'_>,
    control: &Control,
    workload: usize,
    snapshots: &watch::Receiver<Arc<Snapshot>>,
) -> Result<(), String> {
    let mut shape = Shape::start(lifecycle).await?;
    let mut last = None;
    let mut second = 0;
    while !control.has_ended(workload) {
        let at = Duration::from_secs(second);
        while second > 0 && control.elapsed(workload) + AHEAD < at && !control.has_ended(workload) {
            tokio::time::sleep(AHEAD / 4).await;
        }
        let users = u32::try_from(snapshots.borrow().vus.now).unwrap_or(u32::MAX);
        let to = shape.ask(at, users).await?;
        control.has_room(workload, &to)?;
        let is_end = to == LoadLevel::End;
        if last.as_ref() != Some(&to) {
            control.change(workload, LoadChange { at, to: to.clone() });
        }
        if is_end {
            return Ok(());
        }
        last = Some(to);
        second = (second + 1).max(control.elapsed(workload).as_secs() + 1);
    }
    Ok(())
}

impl std::fmt::Debug for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shape")
            .field("cpu", &self.cpu)
            .finish_non_exhaustive()
    }
}

fn check(target: LoadTarget, scenarios: &[String]) -> Result<LoadLevel, String> {
    match target {
        LoadTarget::Users(target) => users(target, scenarios),
        LoadTarget::Rate(rate) => {
            let checked =
                Rate::new(rate).map_err(|beyond| format!("it asks for a rate of {rate:e}: {beyond}"));
            checked.map(LoadLevel::Rate)
        }
        LoadTarget::Stop => Ok(LoadLevel::End),
    }
}

fn users(target: UsersTarget, scenarios: &[String]) -> Result<LoadLevel, String> {
    let UsersTarget {
        users,
        spawn_rate,
        scenarios: names,
    } = target;
    let spawn_rate = match spawn_rate {
        0.0 => None,
        rate => {
            let checked = SpawnRate::new(rate);
            Some(checked.map_err(|beyond| format!("it asks for a spawn rate of {rate:e}: {beyond}"))?)
        }
    };
    let index = |name: &String| {
        let index = scenarios.iter().position(|known| known == name);
        let index = index.and_then(|i| u16::try_from(i).ok());
        index.ok_or_else(|| format!("the plugin has no scenario {name:?}"))
    };
    Ok(LoadLevel::Users {
        users,
        spawn_rate,
        scenarios: if names.is_empty() {
            None
        } else {
            Some(names.iter().map(index).collect::<Result<_, _>>()?)
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(users: u32, spawn_rate: f64, names: &[&str]) -> Result<LoadLevel, String> {
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
        let all = LoadLevel::Users {
            users: 5,
            spawn_rate: None,
            scenarios: None,
        };
        assert_eq!(ask(5, 0.0, &[]), Ok(all));
        let one = LoadLevel::Users {
            users: 5,
            spawn_rate: SpawnRate::new(2.5).ok(),
            scenarios: Some(Arc::from([1])),
        };
        assert_eq!(ask(5, 2.5, &["b"]), Ok(one));
    }

    #[test]
    fn answers_without_sense_are_refused() {
        assert_eq!(
            ask(1, 0.0, &["c"]).unwrap_err(),
            "the plugin has no scenario \"c\""
        );
        for rate in [f64::NAN, f64::INFINITY, -1.0, 1e300, 1e8, 5e-324, 1e-12] {
            assert!(ask(1, rate, &[]).is_err(), "{rate}");
            assert!(check(LoadTarget::Rate(rate), &[]).is_err(), "{rate}");
        }
    }
}
