//! One timer per VU that serves one request after another without being re-registered for each.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is only moved when it fires too early or would fire too late. Bound to the runtime it first ran on.
#[derive(Debug, Default)]
pub struct Deadline(Option<Pin<Box<Sleep>>>);

impl Deadline {
    /// Runs `future` until `until`; `None` if that came first. The timer is touched only when `future` has to wait.
    pub async fn limit<F: Future>(&mut self, until: Instant, mut future: Pin<&mut F>) -> Option<F::Output> {
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => self.poll_passed(until, cx).map(|()| None),
        })
        .await
    }

    fn poll_passed(&mut self, until: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if sleep.deadline() > until {
            sleep.as_mut().reset(until);
        }
        loop {
            ready!(sleep.as_mut().poll(cx));
            if Instant::now() >= until {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(until);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::time::Duration;

    use super::*;

    async fn wait(deadline: &mut Deadline, millis: u64) -> Duration {
        let start = Instant::now();
        let never = pin!(std::future::pending::<()>());
        assert!(
            deadline
                .limit(start + Duration::from_millis(millis), never)
                .await
                .is_none()
        );
        start.elapsed()
    }

    #[tokio::test]
    async fn fires_at_each_deadline_whether_later_or_earlier_than_the_last() {
        let mut deadline = Deadline::default();
        for millis in [20, 60, 5, 30] {
            let waited = wait(&mut deadline, millis).await;
            assert!(
                waited >= Duration::from_millis(millis),
                "{waited:?} of {millis} ms"
            );
            assert!(
                waited < Duration::from_millis(millis + 1000),
                "{waited:?} of {millis} ms"
            );
        }
    }

    #[tokio::test]
    async fn a_timer_left_for_later_moves_forward() {
        let mut deadline = Deadline::default();
        let brief = pin!(tokio::time::sleep(Duration::from_millis(1)));
        assert!(
            deadline
                .limit(Instant::now() + Duration::from_secs(30), brief)
                .await
                .is_some()
        );
        assert!(wait(&mut deadline, 10).await < Duration::from_secs(5));
    }

    #[tokio::test]
    async fn a_future_that_is_ready_sets_no_timer() {
        let mut deadline = Deadline::default();
        let until = Instant::now() + Duration::from_secs(1);
        assert_eq!(deadline.limit(until, pin!(std::future::ready(7))).await, Some(7));
        assert!(deadline.0.is_none());
    }
}
