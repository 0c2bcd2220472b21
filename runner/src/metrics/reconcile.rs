//! Whether a run's numbers agree with each other.

use super::snapshot::Snapshot;

impl Snapshot {
    /// Checks the books at the end of a run, when nothing is in flight. `planned` is the number
    /// of iterations that the plan held, where it fixed one and was followed to its end. Returns what is wrong, one sentence
    /// each; anything at all is a defect of this program.
    pub fn reconcile(&self, planned: Option<u64>) -> Vec<String> {
        let t = &self.totals;
        let ended = t.iterations.completed() + t.iterations.interrupted;
        let series: u64 = self.series.iter().map(|row| row.requests).sum();
        let failures: u64 = self.series.iter().map(|row| row.failures).sum();
        let statuses: u64 = self
            .series
            .iter()
            .flat_map(|row| row.statuses.iter())
            .map(|(_, n)| n)
            .sum();
        let begun = t.iterations_started + t.iterations_dropped;
        let reasons: u64 = self.failures.iter().map(|row| row.count).sum();
        let history: u64 = self.history.iter().map(|point| point.requests).sum();
        let names = self.requests.iter().flat_map(|row| &row.history);
        let names: u64 = names.map(|point| point.requests).sum();
        let accounts = [
            (
                "iterations in the plan",
                planned.unwrap_or(t.iterations_planned),
                "became due",
                t.iterations_planned,
            ),
            (
                "iterations planned",
                t.iterations_planned,
                "started and dropped",
                begun,
            ),
            (
                "iterations started",
                t.iterations_started,
                "completed and interrupted",
                ended,
            ),
            (
                "requests sent",
                t.requests_started,
                "completed and interrupted",
                t.requests + t.requests_interrupted,
            ),
            (
                "requests completed",
                t.requests,
                "in the histogram of service times or never sent",
                t.duration.count + t.requests_unsent,
            ),
            (
                "requests completed",
                t.requests,
                "in the histogram of response times or refused",
                t.response.count + t.requests_refused,
            ),
            ("requests completed", t.requests, "in all series", series),
            (
                "requests completed",
                t.requests,
                "with a status or an error",
                statuses,
            ),
            ("requests completed", t.requests, "in the history", history),
            (
                "requests completed",
                t.requests,
                "in the histories of all names",
                names,
            ),
            ("requests failed", t.failures, "failed in all series", failures),
            ("requests failed", t.failures, "with a message", reasons),
        ];
        let wrong = accounts.into_iter().filter(|(_, left, _, right)| left != right);
        wrong
            .map(|(what, left, other, right)| format!("{left} {what}, but {right} {other}"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_run_agrees_with_itself() {
        assert_eq!(Snapshot::default().reconcile(Some(0)), Vec::<String>::new());
    }

    #[test]
    fn a_lost_iteration_is_named() {
        let mut snapshot = Snapshot::default();
        snapshot.totals.iterations_planned = 9;
        snapshot.totals.iterations_started = 7;
        snapshot.totals.iterations.ok = 6;
        snapshot.totals.iterations_dropped = 1;
        assert_eq!(
            snapshot.reconcile(Some(10)),
            [
                "10 iterations in the plan, but 9 became due",
                "9 iterations planned, but 8 started and dropped",
                "7 iterations started, but 6 completed and interrupted"
            ]
        );
    }

    #[test]
    fn a_request_without_end_is_named() {
        let mut snapshot = Snapshot::default();
        snapshot.totals.requests_started = 1;
        assert_eq!(
            snapshot.reconcile(None),
            ["1 requests sent, but 0 completed and interrupted"]
        );
    }
}
