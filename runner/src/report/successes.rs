//! Service times of successes and of failures apart, and how the former are distributed, as bars.

use crate::metrics::{Distribution, SeriesRow, Snapshot};
use crate::terminal::{Paint, Style, units};

/// Fewer requests make no picture.
const FEWEST: u64 = 20;
/// Bars, but for that of the slowest requests.
const MOST_BARS: usize = 9;
const WIDEST_BAR: usize = 40;
/// Columns beside a bar: its bound, its count, its share, and what is between them.
const BESIDE: usize = 36;
/// Bounds within a power of ten, in tenths of it; the coarser ones where the times are spread wide.
const STEPS: [&[u64]; 3] = [&[10, 15, 20, 30, 50, 70], &[10, 20, 50], &[10]];

/// The service times of a run's requests by what came of them. Empty before the run's end.
#[derive(Debug, Default)]
pub(super) struct Successes {
    /// Of those that didn't fail.
    pub(super) times: Distribution<u64>,
    /// Of those that failed.
    pub(super) failed: Distribution<u64>,
}

impl Successes {
    /// Those of the whole run.
    pub(super) fn of(snapshot: &Snapshot) -> Successes {
        Self::of_series(&snapshot.series)
    }

    /// Those of these series.
    pub(super) fn of_series<'a>(series: impl IntoIterator<Item = &'a SeriesRow>) -> Successes {
        let mut all = Successes::default();
        for row in series {
            let Some(times) = &row.times else { continue };
            if has_failed(row) {
                all.failed.merge(&times.duration);
            } else {
                all.times.merge(&times.duration);
            }
        }
        all
    }

    /// Whether there is nothing to tell apart.
    pub(super) fn is_all(&self) -> bool {
        self.failed.is_empty() || self.times.is_empty()
    }

    /// How many of the successes took how long, as bars; empty where there are too few.
    pub(super) fn bars(&self, width: usize, paint: Paint) -> Vec<String> {
        let Some(widest) = width.checked_sub(BESIDE).filter(|_| self.times.count() >= FEWEST) else {
            return Vec::new();
        };
        let mut below = 0;
        let mut bars = Vec::new();
        for bound in bounds(self.times.min(), self.times.quantile(0.99)) {
            let count = self.times.up_to(bound);
            bars.push((format!("≤ {}", units::time(bound)), count - below));
            below = count;
        }
        let slowest = self.times.count() - below;
        if slowest > 0 {
            bars.push((format!("≤ {}", units::time(self.times.max())), slowest));
        }
        let most = bars.iter().map(|(_, count)| *count).max().unwrap_or(1);
        let widest = widest.min(WIDEST_BAR);
        let line = |(bound, count): &(String, u64)| {
            let bar = bar(*count, most, widest);
            let blanks = " ".repeat(widest - bar.chars().count());
            let share = units::share(*count, self.times.count());
            let bar = paint.paint(Style::Good, &bar);
            format!(
                "{bound:>10}  {bar}{blanks}  {:>11}  {share:>6}",
                units::count(*count)
            )
        };
        bars.iter().map(line).collect()
    }
}

/// Whether the requests of a series count as failed. What guests said afterwards counts where it was the same for all
/// of them; else what they were at the time of the response.
fn has_failed(row: &SeriesRow) -> bool {
    row.failures > 0 && (row.failures == row.requests || !row.key.expected)
}

/// Round times that part what lies between the least and the largest, the last of them not below that.
fn bounds(least: u64, largest: u64) -> Vec<u64> {
    let mut bounds = Vec::new();
    for steps in STEPS {
        let powers = (0..10).map(|exponent| 10_u64.pow(exponent));
        let mut all: Vec<_> = powers
            .flat_map(|power| steps.iter().map(move |step| step * power / 10))
            .collect();
        all.dedup();
        let first = all.partition_point(|&bound| bound < least);
        let last = all.partition_point(|&bound| bound < largest);
        bounds = all.get(first..=last).unwrap_or_default().to_vec();
        if bounds.len() <= MOST_BARS {
            break;
        }
    }
    bounds
}

/// A bar of at most `widest` columns, in eighths of one; what is more than nothing shows.
fn bar(count: u64, most: u64, widest: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (count as f64 / most.max(1) as f64 * widest as f64 * 8.0).round() as usize;
    let eighths = eighths.max(usize::from(count > 0));
    let part = PARTS.get(eighths % 8).copied().unwrap_or_default();
    "█".repeat(eighths / 8) + part
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::model::sample;

    #[test]
    fn bars_have_round_bounds_and_count_every_success() {
        let bars = Successes::of(&sample::snapshot()).bars(80, Paint::Plain);
        let words: Vec<Vec<_>> = bars
            .iter()
            .map(|line| line.split_whitespace().collect())
            .collect();
        let told: Vec<_> = words
            .iter()
            .map(|words| (words[1], words[words.len() - 2]))
            .collect();
        // 1.03 ms to 1.99 ms in steps of 10 µs.
        assert_eq!(told, [("1.50ms", "48"), ("2.00ms", "49")]);
        assert!(bars[1].contains(&"█".repeat(40)), "{bars:#?}");
    }

    #[test]
    fn bounds_are_few_however_wide_the_times_are_spread() {
        assert_eq!(bounds(900, 4_100), [1_000, 1_500, 2_000, 3_000, 5_000]);
        assert_eq!(bounds(0, 0), [1]);
        for largest in [1, 999, 50_000, 3_600_000_000] {
            assert!(bounds(0, largest).len() <= 11);
        }
    }

    #[test]
    fn a_few_requests_make_no_picture() {
        assert!(Successes::default().bars(80, Paint::Plain).is_empty());
    }

    #[test]
    fn what_is_there_shows() {
        assert_eq!([bar(0, 9, 10), bar(1, 9_999, 10)], ["", "▏"]);
        assert_eq!(bar(9, 9, 3), "███");
    }
}
