//! One stage of a ramp, as it is written: `30s:100:exponential`.

use super::values;
use crate::plan::{Curve, Stage};
use std::time::Duration;

/// The parts of a stage, in the order in which they are written.
pub(super) const PARTS: [&str; 5] = ["duration", "target", "curve", "amplitude", "period"];

/// The ways through a stage.
pub(super) const CURVES: [&str; 5] = ["linear", "step", "exponential", "spike", "sine"];

/// `TIME:TARGET[:CURVE]`, and for a sine wave `:AMPLITUDE:PERIOD`. Its parts are right by themselves; levels are in the
/// unit of the workload's rate.
///
/// # Errors
/// In words for the command line.
pub(super) fn stage(text: &str) -> Result<Stage, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let (Some(duration), Some(target), 2..=5) = (parts.first(), parts.get(1), parts.len()) else {
        return Err("write it as TIME:TARGET, such as 30s:100".to_owned());
    };
    let named = |name: &'static str| move |why: String| format!("{name}: {why}");
    let duration = values::time_or_zero(duration).map_err(named("duration"))?;
    let target = level(target).map_err(named("target"))?;
    let curve = curve(&parts[2..], duration, target)?;
    Ok(Stage {
        duration,
        target,
        curve,
    })
}

/// VUs or a rate: zero or more.
pub(super) fn level(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(level) if level.is_finite() && level >= 0.0 => Ok(level.abs()),
        _ => Err("it must be a number, 0 or above".to_owned()),
    }
}

fn curve(parts: &[&str], duration: Duration, target: f64) -> Result<Curve, String> {
    let name = match parts.first() {
        None | Some(&"") => "linear",
        Some(name) => name,
    };
    let name = values::one_of(name, &CURVES).map_err(|why| format!("curve: {why}"))?;
    let given = |at: usize| parts.get(at).copied().filter(|text| !text.is_empty());
    if name == "sine" {
        return sine(given(1), given(2), duration, target);
    }
    if given(1).or(given(2)).is_some() {
        return Err(format!(
            "a {name} stage has no amplitude and no period; a sine has"
        ));
    }
    Ok(match name {
        "step" => Curve::Step,
        "exponential" => Curve::Exponential,
        "spike" => Curve::Spike,
        _ => Curve::Linear,
    })
}

fn sine(
    amplitude: Option<&str>,
    period: Option<&str>,
    duration: Duration,
    target: f64,
) -> Result<Curve, String> {
    let (Some(amplitude), Some(period)) = (amplitude, period) else {
        return Err("a sine stage needs an amplitude and a period".to_owned());
    };
    let amplitude = level(amplitude).map_err(|why| format!("amplitude: {why}"))?;
    let period = values::time(period).map_err(|why| format!("period: {why}"))?;
    if amplitude > target {
        return Err("amplitude: it must not be above the target: the wave would go below 0".to_owned());
    }
    if period < Duration::from_millis(100) || duration.as_secs_f64() / period.as_secs_f64() > 100_000.0 {
        return Err("period: it must be at least 100ms, and a 100,000th of the duration".to_owned());
    }
    Ok(Curve::Sine { amplitude, period })
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn stages_in_short() {
        let parse = |text: &str| stage(text).map(|s| (s.duration, s.target, s.curve));
        assert_eq!(parse("30s:100"), Ok((S(30), 100.0, Curve::Linear)));
        assert_eq!(parse("1m:0.5:exponential"), Ok((S(60), 0.5, Curve::Exponential)));
        assert_eq!(parse("0s:5:step"), Ok((S(0), 5.0, Curve::Step)));
        let sine = Curve::Sine {
            amplitude: 20.0,
            period: S(10),
        };
        assert_eq!(parse("1m:100:sine:20:10s"), Ok((S(60), 100.0, sine)));
    }

    #[test]
    fn stages_without_sense() {
        for (text, why) in [
            ("30s", "write it as TIME:TARGET, such as 30s:100"),
            ("30s:", "target: it must be a number, 0 or above"),
            ("30s:-1", "target: it must be a number, 0 or above"),
            ("30s:NaN", "target: it must be a number, 0 or above"),
            ("-1s:5", "duration: it must not be negative"),
            (
                "1s:5:lineer",
                "curve: it must be one of linear, step, exponential, spike, sine (did you mean \"linear\"?)",
            ),
            ("1s:5:sine", "a sine stage needs an amplitude and a period"),
            (
                "1s:5:sine:6:1s",
                "amplitude: it must not be above the target: the wave would go below 0",
            ),
            (
                "1s:5:sine:5:1ms",
                "period: it must be at least 100ms, and a 100,000th of the duration",
            ),
            (
                "1s:5:step:6",
                "a step stage has no amplitude and no period; a sine has",
            ),
        ] {
            assert_eq!(stage(text).unwrap_err(), why, "{text}");
        }
    }
}
