//! What a task decides about what comes after it.

use crate::bindings::exports::wasmswarm::scenario::scenario as wit;
use crate::scenario::Task;
use crate::time::{IntoDuration, micros};
use crate::{Error, Result};
use std::time::Duration;

/// What comes after a task. A task that returns plain `Result` leaves it to the scenario.
///
/// ```
/// # use wasmswarm_sdk::prelude::*;
/// fn cart(empty: bool) -> Result<Outcome> {
///     if empty {
///         return Ok(Outcome::next("catalogue").wait(0.2));
///     }
///     Ok(Outcome::next("checkout"))
/// }
/// # assert!(cart(true).is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    next: Next,
    wait: Option<Duration>,
}

/// The choice of the next task.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Next {
    #[default]
    Scheduled,
    Task(&'static str),
    Stop,
}

impl Outcome {
    /// The scenario's order picks, after the scenario's wait.
    #[must_use]
    pub fn scheduled() -> Self {
        Self::default()
    }

    /// The task of this name is next. A name that the scenario doesn't have fails the iteration.
    #[must_use]
    pub fn next(task: &'static str) -> Self {
        Self {
            next: Next::Task(task),
            wait: None,
        }
    }

    /// This VU ends here, and isn't replaced.
    #[must_use]
    pub fn stop() -> Self {
        Self {
            next: Next::Stop,
            wait: None,
        }
    }

    /// Pauses exactly this long before the next task, whatever the scenario's wait says.
    #[must_use]
    pub fn wait(mut self, pause: impl IntoDuration) -> Self {
        self.wait = Some(pause.into_duration());
        self
    }

    pub(crate) fn into_wit(self, tasks: &[Task]) -> Result<wit::Outcome> {
        let next = match self.next {
            Next::Scheduled => wit::NextTask::Scheduled,
            Next::Stop => wit::NextTask::Stop,
            Next::Task(name) => wit::NextTask::Task(index_of(name, tasks)?),
        };
        let wait = self.wait.map_or(wit::NextWait::Scheduled, |pause| {
            wit::NextWait::Exactly(micros(pause))
        });
        Ok(wit::Outcome { next, wait })
    }
}

fn index_of(name: &str, tasks: &[Task]) -> Result<u32> {
    let index = tasks.iter().position(|task| task.name == name);
    index
        .and_then(|index| u32::try_from(index).ok())
        .ok_or_else(|| format!("Outcome::next(\"{name}\"): the scenario has no task of this name").into())
}

/// What a method marked as task may return.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a task can't return `{Self}`",
    label = "return `Result`, `Result<Outcome>`, `Outcome` or nothing"
)]
pub trait IntoOutcome {
    /// The outcome, or why the task failed.
    fn into_outcome(self) -> Result<Outcome>;
}

impl IntoOutcome for () {
    fn into_outcome(self) -> Result<Outcome> {
        Ok(Outcome::default())
    }
}

impl IntoOutcome for Outcome {
    fn into_outcome(self) -> Result<Outcome> {
        Ok(self)
    }
}

impl<T: IntoOutcome, E: Into<Error>> IntoOutcome for Result<T, E> {
    fn into_outcome(self) -> Result<Outcome> {
        self.map_err(Into::into)?.into_outcome()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASKS: &[Task] = &[
        Task {
            name: "a",
            weight: 1,
            tags: &[],
        },
        Task {
            name: "b",
            weight: 1,
            tags: &[],
        },
    ];

    #[test]
    fn a_task_is_found_by_name() {
        let outcome = Outcome::next("b").wait(1.5).into_wit(TASKS).unwrap();
        assert!(matches!(outcome.next, wit::NextTask::Task(1)));
        assert!(matches!(outcome.wait, wit::NextWait::Exactly(1_500_000)));
    }

    #[test]
    fn an_unknown_task_is_an_error() {
        let error = Outcome::next("c").into_wit(TASKS).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Outcome::next(\"c\"): the scenario has no task of this name"
        );
    }

    #[test]
    fn nothing_and_results_leave_it_to_the_scenario() {
        assert_eq!(().into_outcome().unwrap(), Outcome::scheduled());
        assert_eq!(
            Ok::<_, Error>(Outcome::stop()).into_outcome().unwrap(),
            Outcome::stop()
        );
        assert_eq!(Err::<(), _>("no").into_outcome().unwrap_err().to_string(), "no");
    }
}
