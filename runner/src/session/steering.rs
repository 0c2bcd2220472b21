//! What keys do to a run, and the line of the live view that says so.

use crate::engine::load::{Control, WorkloadNow, WorkloadStatus};
use crate::terminal::units;
use std::time::{Duration, Instant};

/// How long the answer to a key is shown.
const SHOWN: Duration = Duration::from_secs(3);

/// Steers a run by keys.
pub(super) struct Steering {
    control: Control,
    note: Option<(String, Instant)>,
}

/// What a key changes.
#[derive(Debug, Clone, PartialEq)]
enum Aim {
    Users { name: String, users: u32, most: u32 },
    Rate { name: String, rate: f64 },
}

impl Steering {
    pub(super) fn new(control: Control) -> Steering {
        Steering { control, note: None }
    }

    /// Does what a key asks, if it asks anything of a run.
    pub(super) fn press(&mut self, key: char) {
        let step = match key {
            'w' => 1,
            'W' => 10,
            's' => -1,
            'S' => -10,
            'p' => return self.pause_or_resume(),
            _ => return,
        };
        let note = match aim(self.control.workloads()) {
            Ok(aim) => self.turn(&aim, step),
            Err(why) => Some(why.to_owned()),
        };
        self.note = note.map(|note| (note, Instant::now()));
    }

    fn pause_or_resume(&mut self) {
        if self.control.is_paused() {
            self.control.resume();
        } else {
            self.control.pause();
        }
    }

    /// Changes by a step, as far as there is room. Answers what stands in the way.
    fn turn(&self, aim: &Aim, step: i32) -> Option<String> {
        let result = match aim {
            Aim::Users { name, users, most } => {
                let wanted = users.saturating_add_signed(step).min(*most);
                if wanted == *users && step > 0 {
                    return Some(format!(
                        "{} are the most here: see --max-users",
                        units::count(u64::from(*most))
                    ));
                }
                self.control.set_users(Some(name), wanted, None)
            }
            Aim::Rate { name, rate } => {
                let wanted = (rate + f64::from(step)).max(0.0);
                self.control.set_rate(Some(name), wanted)
            }
        };
        result.err().map(|error| error.to_string())
    }

    /// The target, what the keys do, and what the last one didn't.
    pub(super) fn line(&self) -> String {
        let pause = if self.control.is_paused() {
            "p resumes"
        } else {
            "p pauses"
        };
        let mut line = match aim(self.control.workloads()) {
            Ok(aim) => format!("target: {aim}  w/W +1/+10  s/S -1/-10  {pause}"),
            Err(_) => pause.to_owned(),
        };
        if let Some((note, _)) = self.note.as_ref().filter(|(_, at)| at.elapsed() < SHOWN) {
            line.push_str(&format!("  {note}"));
        }
        line
    }
}

impl std::fmt::Display for Aim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Aim::Users { users, .. } => write!(f, "{} users", units::count(u64::from(*users))),
            Aim::Rate { rate, .. } => write!(f, "{}/s", units::rate(*rate)),
        }
    }
}

/// The one workload that runs and can be changed.
fn aim(workloads: Vec<WorkloadNow>) -> Result<Aim, &'static str> {
    let running = workloads
        .into_iter()
        .filter(|w| w.status == WorkloadStatus::Running);
    let mut aims = running.filter_map(aim_at);
    match (aims.next(), aims.next()) {
        (Some(aim), None) => Ok(aim),
        (None, _) => Err("nothing that runs now can be changed"),
        (Some(_), Some(_)) => Err("several workloads run: change them through the API (--api)"),
    }
}

fn aim_at(workload: WorkloadNow) -> Option<Aim> {
    let name = workload.name;
    match (workload.users, workload.rate) {
        (Some(users), _) => {
            let most = u32::try_from(workload.most_users?).unwrap_or(u32::MAX);
            Some(Aim::Users { name, users, most })
        }
        (None, Some(rate)) => Some(Aim::Rate { name, rate }),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(status: WorkloadStatus, users: Option<u32>, rate: Option<f64>) -> WorkloadNow {
        WorkloadNow {
            name: "w".to_owned(),
            executor: "constant-vus",
            status,
            users,
            most_users: users.map(|_| 110),
            rate,
        }
    }

    #[test]
    fn keys_change_what_runs() {
        let waiting = workload(WorkloadStatus::Waiting, Some(5), None);
        let fixed = workload(WorkloadStatus::Running, None, None);
        let users = workload(WorkloadStatus::Running, Some(12), None);
        let rate = workload(WorkloadStatus::Running, None, Some(50.0));
        let shown = |all: &[&WorkloadNow]| {
            let all = all.iter().map(|w| (*w).clone()).collect();
            aim(all).map(|aim| aim.to_string())
        };
        assert_eq!(shown(&[&waiting, &fixed, &users]), Ok("12 users".to_owned()));
        assert_eq!(shown(&[&rate, &fixed]), Ok("50.0/s".to_owned()));
        assert!(shown(&[&waiting, &fixed]).unwrap_err().contains("nothing"));
        assert!(shown(&[&users, &rate]).unwrap_err().contains("--api"));
    }
}
