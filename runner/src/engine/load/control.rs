//! What may change while a run goes on: the number of VUs, a rate, a pause. Every change has a
//! time of its own, a moment ahead, so that all load threads (and workers) make it together.

use super::phases::{Phases, WorkloadPhase};
use crate::plan::{Beyond, ExecutorSpec, Plan, Rate, SpawnRate};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How far ahead a change is set, so that every thread knows of it in time.
const LEAD: Duration = Duration::from_millis(20);

/// Changes that are kept for threads that haven't made them yet.
const KEPT: usize = 256;

/// What a workload changes to.
#[derive(Debug, Clone, PartialEq)]
pub enum LoadLevel {
    /// So many VUs, started or ended at this many per second (none: all at once), of these
    /// scenarios (none: all).
    Users {
        /// How many.
        users: u32,
        /// VUs per second.
        spawn_rate: Option<SpawnRate>,
        /// Indices of scenarios.
        scenarios: Option<Arc<[u16]>>,
    },
    /// So many iterations per second.
    Rate(Rate),
    /// Nothing more.
    End,
}

/// A change of one workload.
#[derive(Debug, Clone)]
pub struct LoadChange {
    /// When, from the start of the workload, pauses not counted.
    pub at: Duration,
    /// To what.
    pub to: LoadLevel,
}

/// The changes of one workload, oldest first. Old ones are forgotten, their numbers stay.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes {
    forgotten: usize,
    kept: VecDeque<LoadChange>,
}

impl Changes {
    /// The change of this number, from 0.
    pub(super) fn get(&self, number: usize) -> Option<&LoadChange> {
        self.kept.get(number.checked_sub(self.forgotten)?)
    }

    fn push(&mut self, change: LoadChange) {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
            self.forgotten += 1;
        }
        self.kept.push_back(change);
    }
}

/// All that was changed.
#[derive(Debug, Clone, Default)]
pub(super) struct LiveChanges {
    /// Since when the run is paused, if it is.
    pub(super) paused: Option<Instant>,
    /// How long it was paused before.
    pub(super) pauses: Duration,
    /// By workload.
    pub(super) changes: Vec<Changes>,
}

/// Why a change isn't possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// No workload has this name, or none is of the right kind.
    #[error("no workload {}has {what} that can be changed", name.as_ref().map_or(String::new(), |name| format!("{name:?} ")))]
    NoWorkload {
        /// The name, if one was given.
        name: Option<String>,
        /// What it would have to have.
        what: &'static str,
    },
    /// Several could be meant.
    #[error("several workloads have {what}: name one of {}", names.join(", "))]
    Ambiguous {
        /// What they all have.
        what: &'static str,
        /// Their names.
        names: Vec<String>,
    },
    /// More VUs than there is room for.
    #[error("at most {0} virtual users are possible in this run")]
    TooMany(usize),
    /// Not a rate.
    #[error("the rate can't be set: {0}")]
    BadRate(Beyond),
    /// Not a spawn rate.
    #[error("the spawn rate can't be set: {0}")]
    BadSpawnRate(Beyond),
}

/// Changes a run, from anywhere.
#[derive(Debug, Clone)]
pub struct Control {
    live: Arc<watch::Sender<LiveChanges>>,
    phases: Phases,
    pub(super) plan: Arc<Plan>,
}

impl Control {
    /// The control of a run that nothing was changed in.
    pub fn new(plan: Arc<Plan>) -> Control {
        let live = LiveChanges {
            changes: vec![Changes::default(); plan.workloads.len()],
            ..LiveChanges::default()
        };
        Control {
            live: Arc::new(watch::Sender::new(live)),
            phases: Phases::new(plan.workloads.len()),
            plan,
        }
    }

    /// When workloads began and ended.
    pub(super) fn phases(&self) -> &Phases {
        &self.phases
    }

    /// Follows the changes.
    pub(super) fn follow(&self) -> watch::Receiver<LiveChanges> {
        self.live.subscribe()
    }

    /// Sets the number of VUs of a workload: the named one, or the only one that has VUs over time.
    ///
    /// # Errors
    /// [`ControlError`] if there is no such workload or no room, or a rate makes no sense.
    pub fn set_users(
        &self,
        workload: Option<&str>,
        users: u32,
        spawn_rate: Option<f64>,
    ) -> Result<(), ControlError> {
        let spawn_rate = spawn_rate.map(SpawnRate::new).transpose();
        let spawn_rate = spawn_rate.map_err(ControlError::BadSpawnRate)?;
        let index = self.find(workload, "users", |spec| spec.kind().has_users())?;
        let room = self.plan.workloads.get(index).map_or(0, |w| w.room());
        if users as usize > room {
            return Err(ControlError::TooMany(room));
        }
        let scenarios = None;
        self.change_soon(
            index,
            LoadLevel::Users {
                users,
                spawn_rate,
                scenarios,
            },
        );
        Ok(())
    }

    /// The number of VUs that [`set_users`](Self::set_users) last asked for, or that the plan has.
    pub fn users(&self, workload: Option<&str>) -> Result<u32, ControlError> {
        let index = self.find(workload, "users", |spec| spec.kind().has_users())?;
        Ok(self.users_of(index))
    }

    /// Sets the rate of a workload, in iterations per second, until its end: the named one, or
    /// the only one that has a rate.
    ///
    /// # Errors
    /// [`ControlError`] if there is no such workload, or the rate makes no sense.
    pub fn set_rate(&self, workload: Option<&str>, rate: f64) -> Result<(), ControlError> {
        let rate = Rate::new(rate).map_err(ControlError::BadRate)?;
        let index = self.find(workload, "a rate", |spec| spec.kind().has_rate())?;
        self.change_soon(index, LoadLevel::Rate(rate));
        Ok(())
    }

    /// Lets no iteration start until [`resume`](Self::resume). Time stands still for the plan.
    pub fn pause(&self) {
        self.live.send_if_modified(|live| {
            let running = live.paused.is_none();
            live.paused.get_or_insert_with(Instant::now);
            running
        });
    }

    /// Ends a pause.
    pub fn resume(&self) {
        self.live.send_if_modified(|live| match live.paused.take() {
            Some(since) => {
                live.pauses += since.elapsed();
                true
            }
            None => false,
        });
    }

    /// Whether the run is paused.
    pub fn is_paused(&self) -> bool {
        self.live.borrow().paused.is_some()
    }

    /// How long the run has been paused, all pauses together.
    pub fn paused_for(&self) -> Duration {
        let live = self.live.borrow();
        live.pauses + live.paused.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Now, in the time of the plan: as if there had been no pause.
    pub(super) fn plan_now(&self) -> Instant {
        let live = self.live.borrow();
        let now = live.paused.unwrap_or_else(Instant::now);
        now.checked_sub(live.pauses).unwrap_or(now)
    }

    /// Waits for a moment in the time of the plan; never returns during a pause.
    pub(super) async fn sleep_until(&self, moment: Instant) {
        let mut changes = self.live.subscribe();
        loop {
            let (is_paused, pauses) = {
                let live = changes.borrow_and_update();
                (live.paused.is_some(), live.pauses)
            };
            tokio::select! {
                () = tokio::time::sleep_until(moment + pauses), if !is_paused => return,
                // The sender lives as long as `self`.
                _ = changes.changed() => {}
            }
        }
    }

    /// Returns when the run isn't paused.
    pub(super) async fn while_paused(&self) {
        self.sleep_until(self.plan_now()).await;
    }

    /// Whether anything was changed, so that the plan no longer tells how many iterations there are.
    pub fn was_changed(&self) -> bool {
        let live = self.live.borrow();
        live.changes.iter().any(|changes| !changes.kept.is_empty())
    }

    /// Sets a change of a workload at a time of its own.
    pub(super) fn change(&self, workload: usize, change: LoadChange) {
        self.live.send_modify(|live| {
            if let Some(changes) = live.changes.get_mut(workload) {
                changes.push(change);
            }
        });
    }

    /// Whether a workload is over.
    pub(super) fn has_ended(&self, workload: usize) -> bool {
        self.phases.status(workload) == WorkloadPhase::Ended
    }

    /// Whether a workload can have what a shape asks for.
    ///
    /// # Errors
    /// In words, if not.
    pub(super) fn has_room(&self, workload: usize, to: &LoadLevel) -> Result<(), String> {
        let room = self.plan.workloads.get(workload).map_or(0, |w| w.room());
        match to {
            LoadLevel::Users { users, .. } if *users as usize > room => Err(format!(
                "it asks for {users} virtual users, and the run has room for {room} (--max-vus)"
            )),
            _ => Ok(()),
        }
    }

    fn change_soon(&self, workload: usize, to: LoadLevel) {
        let at = self.elapsed(workload) + LEAD;
        self.change(workload, LoadChange { at, to });
    }

    /// Time of a workload that has begun, pauses not counted.
    pub(super) fn elapsed(&self, workload: usize) -> Duration {
        let WorkloadPhase::Running(begun) = self.phases.status(workload) else {
            return Duration::ZERO;
        };
        let live = self.live.borrow();
        let now = live.paused.unwrap_or_else(Instant::now);
        now.saturating_duration_since(begun).saturating_sub(live.pauses)
    }

    /// What a workload was last changed to.
    pub(super) fn last_level(&self, workload: usize) -> Option<LoadLevel> {
        let live = self.live.borrow();
        let last = live.changes.get(workload)?.kept.back()?;
        Some(last.to.clone())
    }

    /// VUs that a workload is to have now.
    pub(super) fn users_of(&self, index: usize) -> u32 {
        match self.last_level(index) {
            Some(LoadLevel::Users { users, .. }) => users,
            _ => self.planned_users(index),
        }
    }

    fn planned_users(&self, index: usize) -> u32 {
        let elapsed = self.elapsed(index);
        let workload = self.plan.workloads.get(index);
        workload.map_or(0, |w| w.executor.vus_at(elapsed, w.vus.len()) as u32)
    }

    fn find(
        &self,
        name: Option<&str>,
        what: &'static str,
        fits: impl Fn(&ExecutorSpec) -> bool,
    ) -> Result<usize, ControlError> {
        let all = self.plan.workloads.iter().enumerate();
        let open = all.filter(|(index, _)| self.phases.status(*index) != WorkloadPhase::Ended);
        let fitting: Vec<_> = open
            .filter(|(_, w)| fits(&w.executor) && name.is_none_or(|name| name == w.name))
            .collect();
        match fitting.as_slice() {
            [(index, _)] => Ok(*index),
            [] => Err(ControlError::NoWorkload {
                name: name.map(str::to_owned),
                what,
            }),
            several => Err(ControlError::Ambiguous {
                what,
                names: several.iter().map(|(_, w)| w.name.clone()).collect(),
            }),
        }
    }
}
