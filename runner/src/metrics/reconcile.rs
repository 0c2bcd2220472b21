//! Whether a run's numbers agree with each other.

use super::snapshot::Snapshot;

/// Two numbers that must agree, each with what it counts.
type Account = (&'static str, u64, &'static str, u64);

impl Snapshot {
    /// Checks the books at the end of a run, when nothing is in flight. `planned` is the number
    /// of iterations that the plan held, where it fixed one and was followed to its end. Returns what is wrong, one sentence
    /// each; anything at all is a defect of this program.
    pub fn reconcile(&self, planned: Option<u64>) -> Vec<String> {
        let accounts = self.iteration_accounts(planned).into_iter();
        let accounts = accounts
            .chain(self.request_accounts())
            .chain(self.divisions())
            .chain(self.failure_accounts());
        let wrong = accounts.filter(|(_, left, _, right)| left != right);
        wrong
            .map(|(what, left, other, right)| format!("{left} {what}, but {right} {other}"))
            .collect()
    }

    fn iteration_accounts(&self, planned: Option<u64>) -> [Account; 3] {
        let t = &self.totals;
        let begun = t.iterations_started + t.iterations_dropped;
        let ended = t.iterations.completed() + t.iterations.interrupted;
        let in_plan = planned.unwrap_or(t.iterations_planned);
        [
            (
                "iterations in the plan",
                in_plan,
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
        ]
    }

    fn request_accounts(&self) -> [Account; 3] {
        let t = &self.totals;
        let ended = t.requests + t.requests_interrupted;
        let (service, response) = (
            "in the histogram of service times or never sent",
            "in the histogram of response times or refused",
        );
        [
            (
                "requests sent",
                t.requests_started,
                "completed and interrupted",
                ended,
            ),
            (
                "requests completed",
                t.requests,
                service,
                t.duration.count + t.requests_unsent,
            ),
            (
                "requests completed",
                t.requests,
                response,
                t.response.count + t.requests_refused,
            ),
        ]
    }

    /// What all requests are divided by: each division has all of them.
    fn divisions(&self) -> impl Iterator<Item = Account> {
        let statuses = self.series.iter().flat_map(|row| row.statuses.iter());
        let names = self.requests.iter().flat_map(|row| &row.history);
        let sums: [(_, u64); 4] = [
            ("in all series", self.series.iter().map(|row| row.requests).sum()),
            (
                "with a status or an error",
                statuses.map(|(_, count)| count).sum(),
            ),
            (
                "in the history",
                self.history.iter().map(|point| point.requests).sum(),
            ),
            (
                "in the histories of all names",
                names.map(|point| point.requests).sum(),
            ),
        ];
        let requests = self.totals.requests;
        sums.into_iter()
            .map(move |(what, sum)| ("requests completed", requests, what, sum))
    }

    fn failure_accounts(&self) -> [Account; 2] {
        let failed = self.totals.failures;
        let (series, reasons) = (
            self.series.iter().map(|row| row.failures).sum(),
            self.failures.iter().map(|row| row.count).sum(),
        );
        [
            ("requests failed", failed, "failed in all series", series),
            ("requests failed", failed, "with a message", reasons),
        ]
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
