//! From estimates to verdicts: what is surely there, more than is tolerated, and more than was allowed.

use super::bootstrap::Estimate;
use super::limit::{RegressionLimit, limit_of};
use super::{CONFIDENCE, Figure, FigureChange, Judgement, RequestChange};

/// By how much the share of failures may differ and still be called the same.
const FAILURES: f64 = 0.005;

/// How changes are judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge {
    /// The share of all cases in which one interval may miss the truth: that of all, shared among them (Bonferroni).
    alpha: f64,
    tolerance: f64,
}

impl Judge {
    /// For so many intervals.
    pub(super) fn new(tests: usize, tolerance: f64) -> Judge {
        Judge {
            alpha: (1.0 - CONFIDENCE) / tests.max(1) as f64,
            tolerance,
        }
    }

    /// What became of a figure: `estimate` is of the difference of logarithms, but of failures of the difference itself.
    pub(super) fn change(
        &self,
        figure: Figure,
        [base, new]: [f64; 2],
        estimate: Option<Estimate>,
    ) -> FigureChange {
        let plain = |difference: f64| match figure {
            Figure::Failures => difference,
            _ => difference.exp_m1(),
        };
        let untested = match figure {
            Figure::Failures => new - base,
            _ if base > 0.0 => new / base - 1.0,
            _ => 0.0,
        };
        let change = estimate.map_or(untested, |estimate| plain(estimate.mean));
        let interval = estimate.map(|estimate| estimate.interval(self.alpha).map(plain));
        FigureChange {
            figure,
            base,
            new,
            change,
            interval,
            verdict: self.verdict(figure, change, interval),
        }
    }

    fn verdict(&self, figure: Figure, change: f64, interval: Option<[f64; 2]>) -> Judgement {
        let Some([low, high]) = interval else {
            return Judgement::Unknown;
        };
        let tolerance = match figure {
            Figure::Failures => FAILURES,
            _ => self.tolerance,
        };
        // Less of anything but the rate is better.
        let (more, less) = match figure {
            Figure::Rate => (Judgement::Better, Judgement::Worse),
            _ => (Judgement::Worse, Judgement::Better),
        };
        match () {
            () if low > 0.0 && change > tolerance => more,
            () if high < 0.0 && change < -tolerance => less,
            () => Judgement::Same,
        }
    }
}

/// Of several verdicts, the one that matters most.
pub(super) fn worst(verdicts: impl Iterator<Item = Judgement>) -> Judgement {
    verdicts.max().unwrap_or(Judgement::Unknown)
}

/// The limits that a request broke, in words. A change counts where it is larger than its limit and surely there, or
/// where there was too little to test it: whoever sets a limit wants to be told.
pub(super) fn broken(request: &RequestChange, limits: &[RegressionLimit]) -> Vec<String> {
    let breaks = |change: &FigureChange| {
        let limit = limit_of(limits, request, change.figure)?;
        let sign = if change.figure == Figure::Rate { -1.0 } else { 1.0 };
        let is_sure = change.interval.is_none_or(|[low, high]| match sign > 0.0 {
            true => low > 0.0,
            false => high < 0.0,
        });
        (sign * change.change > limit.most && is_sure).then(|| {
            format!(
                "{} of {} {}: {:+.1}%, beyond {:.1}%",
                change.figure.label(),
                request.method,
                request.name,
                100.0 * change.change,
                100.0 * sign * limit.most
            )
        })
    };
    request.changes.iter().filter_map(breaks).collect()
}
