//! A workload: VUs, the rule by which their iterations start, and when that begins.

use super::population::continued;
use super::{ExecutorSpec, MOST_VUS, ScenarioPlan, assign, read_seconds, seconds};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::time::Duration;

/// VUs and the rule by which their iterations start.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Workload {
    /// Unique in the run.
    pub name: String,
    /// When iterations start.
    pub executor: ExecutorSpec,
    /// The scenario (by index) of each VU that there may be, in the order in which VUs start.
    #[serde(serialize_with = "counts")]
    pub vus: Vec<u16>,
    /// The scenario of each VU beyond the plan that live control may add. The report says how many.
    #[serde(serialize_with = "length")]
    pub spare: Vec<u16>,
    /// When it begins.
    pub begin: Begin,
    /// How long running iterations may go on after its end, in seconds when serialized.
    #[serde(serialize_with = "seconds")]
    pub graceful_stop: Duration,
    /// What a running iteration does meanwhile.
    pub on_stop: OnStop,
    /// Whether it only warms up the system under test: measured, but apart from the rest.
    pub warm_up: bool,
}

/// What an iteration does that still runs when its workload has ended, or its VU is no longer wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnStop {
    /// It goes on to its end, with all its pauses, as long as the graceful stop allows.
    #[default]
    Finish,
    /// It ends at its next pause, and counts as interrupted.
    AtPause,
}

/// When a workload begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begin {
    /// After all of these (by index) have ended; empty: with the run.
    pub after: Vec<usize>,
    /// And this much later, in seconds when serialized.
    #[serde(serialize_with = "seconds", deserialize_with = "read_seconds")]
    pub delay: Duration,
}

/// A workload as it is written: with the numbers of its VUs, not their order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    executor: ExecutorSpec,
    vus: Vec<u64>,
    spare: u64,
    begin: Begin,
    #[serde(deserialize_with = "read_seconds")]
    graceful_stop: Duration,
    on_stop: OnStop,
    warm_up: bool,
}

/// Reads workloads, whose VUs are in order only after [`Workload::put_in_order`]. All of them together are counted
/// before there is room for any.
pub(super) fn read_all<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Workload>, D::Error> {
    let written: Vec<Written> = Vec::deserialize(from)?;
    let counts = written.iter().flat_map(|w| w.vus.iter().chain([&w.spare]));
    let total = counts.fold(0_u64, |sum, count| sum.saturating_add(*count));
    if total > MOST_VUS as u64 {
        return Err(de::Error::custom("there are more than 1,000,000 VUs"));
    }
    Ok(written.into_iter().map(Written::in_groups).collect())
}

impl Written {
    fn in_groups(self) -> Workload {
        // Scenarios that have no number don't exist either, which is found where all of them are known.
        let scenarios = self.vus.iter().enumerate();
        let scenarios = scenarios.flat_map(|(index, count)| {
            let index = u16::try_from(index).unwrap_or(u16::MAX);
            std::iter::repeat_n(index, *count as usize)
        });
        Workload {
            vus: scenarios.collect(),
            spare: vec![0; self.spare as usize],
            name: self.name,
            executor: self.executor,
            begin: self.begin,
            graceful_stop: self.graceful_stop,
            on_stop: self.on_stop,
            warm_up: self.warm_up,
        }
    }
}

impl Workload {
    /// Puts VUs that are in groups, one for each scenario, in the order in which they start: that of the scenarios'
    /// weights. What is spare goes on after them.
    pub(super) fn put_in_order(&mut self, scenarios: &[ScenarioPlan]) -> Result<(), String> {
        let populations: Vec<_> = scenarios.iter().map(|scenario| scenario.population).collect();
        if self.vus.first() != self.vus.last() {
            let by_weight = assign(self.vus.len(), &populations);
            let mut in_groups = by_weight.clone();
            in_groups.sort_unstable();
            if in_groups != self.vus {
                return Err(format!(
                    "the VUs of workload {:?} don't follow the weights",
                    self.name
                ));
            }
            self.vus = by_weight;
        }
        if !self.spare.is_empty() {
            self.spare = continued(&self.vus, &populations, self.spare.len());
        }
        Ok(())
    }

    /// Most VUs that it can have.
    pub fn room(&self) -> usize {
        self.vus.len() + self.spare.len()
    }

    /// The scenario of the VU of this index, from 0.
    pub fn scenario_of(&self, index: usize) -> Option<u16> {
        let beyond = index.checked_sub(self.vus.len());
        beyond
            .map_or_else(|| self.vus.get(index), |beyond| self.spare.get(beyond))
            .copied()
    }

    /// Iterations that it will start, where the plan fixes a number. `seed` is the workload's own.
    pub fn iterations(&self, seed: u64) -> Option<u64> {
        self.executor.iterations(self.vus.len(), seed)
    }
}

/// When each workload begins and, at the latest, ends, counted from the start of the run; running
/// iterations may go on for the graceful stop after that. None: nobody can tell.
pub fn timeline(workloads: &[Workload]) -> Vec<Option<(Duration, Duration)>> {
    let mut times: Vec<Option<(Duration, Duration)>> = vec![None; workloads.len()];
    // Each round settles at least those whose predecessors are settled; there are no circles.
    for _ in 0..workloads.len() {
        for (index, workload) in workloads.iter().enumerate() {
            let before: Option<Vec<Duration>> = workload
                .begin
                .after
                .iter()
                .map(|&earlier| Some(times.get(earlier).copied()??.1 + workloads.get(earlier)?.graceful_stop))
                .collect();
            let begin = before.map(|ends| ends.into_iter().max().unwrap_or_default() + workload.begin.delay);
            let known = begin.and_then(|b| Some((b, b + workload.executor.duration()?)));
            if let Some(time) = times.get_mut(index) {
                *time = known;
            }
        }
    }
    times
}

/// Most VUs at once, at the latest ends that are possible. Workloads of unknown length count as
/// running all the time, those that wait for one of these as well.
pub fn peak_vus(workloads: &[Workload]) -> usize {
    let times = timeline(workloads);
    let span = |index: usize| match (times.get(index).copied().flatten(), workloads.get(index)) {
        (Some((begin, end)), Some(workload)) => (begin, end + workload.graceful_stop),
        _ => (Duration::ZERO, Duration::MAX),
    };
    let running = |at: Duration| {
        let here = workloads.iter().enumerate().filter(|&(index, _)| {
            let (begin, end) = span(index);
            begin <= at && at < end
        });
        here.map(|(_, workload)| workload.room()).sum::<usize>()
    };
    (0..workloads.len())
        .map(|index| running(span(index).0))
        .max()
        .unwrap_or(0)
}

fn length<S: serde::Serializer>(vus: &[u16], out: S) -> Result<S::Ok, S::Error> {
    out.serialize_u64(vus.len() as u64)
}

/// The report says how many VUs each scenario gets, not the order of 10,000 of them.
fn counts<S: serde::Serializer>(vus: &[u16], out: S) -> Result<S::Ok, S::Error> {
    let scenarios = vus.iter().copied().max().map_or(0, |m| usize::from(m) + 1);
    let mut counts = vec![0_u64; scenarios];
    for scenario in vus {
        if let Some(count) = counts.get_mut(usize::from(*scenario)) {
            *count += 1;
        }
    }
    out.collect_seq(counts)
}

#[cfg(test)]
mod tests {
    use super::super::ConstantVus;
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn workload(vus: usize, seconds: Option<u64>, after: &[usize], delay: u64) -> Workload {
        Workload {
            name: String::new(),
            executor: ExecutorSpec::ConstantVus(ConstantVus {
                spawn_rate: None,
                duration: seconds.map(S),
            }),
            vus: vec![0; vus],
            spare: Vec::new(),
            begin: Begin {
                after: after.to_vec(),
                delay: S(delay),
            },
            graceful_stop: S(5),
            on_stop: OnStop::default(),
            warm_up: false,
        }
    }

    #[test]
    fn workloads_follow_each_other() {
        let all = [workload(10, Some(20), &[1], 2), workload(4, Some(10), &[], 3)];
        assert_eq!(timeline(&all), [Some((S(20), S(40))), Some((S(3), S(13)))]);
        assert_eq!(peak_vus(&all), 10);
    }

    #[test]
    fn workloads_beside_each_other_add_up() {
        let all = [
            workload(10, Some(20), &[], 0),
            workload(4, Some(10), &[], 24),
            workload(1, None, &[], 0),
        ];
        assert_eq!(
            peak_vus(&all),
            15,
            "the second begins in the graceful stop of the first"
        );
        let all = [workload(10, None, &[], 0), workload(4, Some(10), &[0], 0)];
        assert_eq!(peak_vus(&all), 14, "nobody knows when the first ends");
    }
}
