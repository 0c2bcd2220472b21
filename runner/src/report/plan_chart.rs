//! Small charts of what a plan does over time.

use crate::plan::Workload;
use crate::terminal::units;
use std::time::Duration;

/// Rows of the chart of VUs.
const HEIGHT: usize = 6;

/// Columns for the figures at its left.
const LABEL: usize = 10;

const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// When a workload begins and ends.
type Time = Option<(Duration, Duration)>;

/// One line for a workload: its rate, or its VUs, over the time of the run.
pub(super) fn row(workload: &Workload, begin: Duration, length: Duration, width: usize) -> Option<String> {
    let rate = workload.executor.rate();
    let level = |at: Duration| {
        let since = at.checked_sub(begin)?;
        let end = workload.executor.duration()?;
        (since <= end).then(|| match &rate {
            Some(profile) => profile.level(since),
            None => workload.executor.vus_at(since, workload.vus.len()),
        })
    };
    let columns = columns(width).min(60);
    let levels: Vec<f64> = moments(length, columns)
        .map(|at| level(at).unwrap_or(0.0))
        .collect();
    let peak = levels.iter().copied().fold(0.0, f64::max);
    let bars: String = levels.iter().map(|&level| bar(level, peak)).collect();
    let unit = if rate.is_some() { "iterations/s" } else { "VUs" };
    (peak > 0.0).then(|| format!("  {:<10}{}  {} {unit}", "", bars.trim_end(), units::number(peak)))
}

/// The VUs of all workloads together.
pub(super) fn vus(workloads: &[Workload], times: &[Time], length: Duration, width: usize) -> Vec<String> {
    let columns = columns(width);
    let at = |at: Duration| -> f64 {
        let running = workloads.iter().zip(times).filter_map(|(workload, time)| {
            let (begin, end) = (*time)?;
            (begin <= at && at <= end).then(|| workload.executor.vus_at(at - begin, workload.vus.len()))
        });
        running.sum()
    };
    let levels: Vec<f64> = moments(length, columns).map(at).collect();
    let peak = levels.iter().copied().fold(0.0, f64::max);
    if peak <= 0.0 {
        return Vec::new();
    }
    let has_rate = workloads
        .iter()
        .any(|workload| workload.executor.rate().is_some());
    let which = if has_rate {
        " (of rates: those made beforehand)"
    } else {
        ""
    };
    let mut lines = vec![format!("VUs over time{which}")];
    for row in (0..HEIGHT).rev() {
        let label = if row == HEIGHT - 1 {
            units::number(peak)
        } else {
            String::new()
        };
        let bars: String = levels
            .iter()
            .map(|level| level / peak * HEIGHT as f64 - row as f64)
            .map(|part| bar(part.clamp(0.0, 1.0), 1.0))
            .collect();
        lines.push(format!("{label:>LABEL$} ┤{}", bars.trim_end()));
    }
    lines.push(format!("{:>LABEL$} └{}", 0, "─".repeat(columns)));
    let end = humantime::format_duration(Duration::from_secs(length.as_secs_f64().ceil() as u64)).to_string();
    lines.push(format!(
        "{:>LABEL$}  0s{end:>rest$}",
        "",
        rest = columns.saturating_sub(2)
    ));
    lines
}

fn columns(width: usize) -> usize {
    width.saturating_sub(LABEL + 3).clamp(20, 100)
}

/// Times from the beginning to the end, both included.
fn moments(length: Duration, columns: usize) -> impl Iterator<Item = Duration> {
    let step = length.as_secs_f64() / (columns.max(2) - 1) as f64;
    (0..columns).map(move |column| Duration::from_secs_f64(step * column as f64).min(length))
}

/// Anything above zero shows.
fn bar(level: f64, peak: f64) -> char {
    let eighths = (level / peak.max(f64::MIN_POSITIVE) * 8.0).round() as usize;
    let least = usize::from(level > 0.0 && peak > 1.0 || eighths > 0);
    EIGHTHS[eighths.clamp(least.min(8), 8)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Begin, Curve, ExecutorSpec, Profile, RampingVus, Stage};

    fn ramp() -> Workload {
        let stage = |target| Stage {
            duration: Duration::from_secs(10),
            target,
            curve: Curve::Linear,
        };
        Workload {
            name: "w".to_owned(),
            executor: ExecutorSpec::RampingVus(RampingVus {
                profile: Profile {
                    start: 0.0,
                    stages: vec![stage(8.0), stage(0.0)],
                },
                graceful_ramp_down: Duration::ZERO,
            }),
            vus: vec![0; 8],
            spare: Vec::new(),
            begin: Begin::default(),
            graceful_stop: Duration::ZERO,
            on_stop: Default::default(),
            warm_up: false,
        }
    }

    #[test]
    fn a_ramp_looks_like_one() {
        let length = Duration::from_secs(20);
        let row = row(&ramp(), Duration::ZERO, length, 34).unwrap();
        assert_eq!(row.trim(), "▁▂▂▃▄▅▆▆▇█▇▆▆▅▄▃▂▂▁  8 VUs");
        let chart = vus(&[ramp()], &[Some((Duration::ZERO, length))], length, 34);
        assert_eq!(chart.len(), HEIGHT + 3);
        assert!(chart[1].starts_with("         8 ┤"), "{}", chart.join("\n"));
        assert!(
            chart.iter().all(|line| line.chars().count() <= 34),
            "{}",
            chart.join("\n")
        );
    }
}
