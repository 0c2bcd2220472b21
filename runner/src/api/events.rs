//! The stream of events: a snapshot each second, and the end. A reader that is too slow misses
//! seconds: it is always given the latest, and nothing is kept for it.

use super::problem::ApiProblem;
use super::shown::ShownRun;
use super::status::{End, Figures, LastFigures};
use crate::engine::load::RunHandle;
use crate::secret;
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use futures_util::stream::{self, Stream};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Readers at a time.
pub(super) const MOST_READERS: usize = 16;

/// After so long without news a comment is sent, so that whoever has gone is noticed.
const SILENCE: Duration = Duration::from_secs(15);

/// What one reader is given.
struct EventReader {
    run: RunHandle,
    ended: watch::Receiver<Option<End>>,
    is_done: bool,
    _place: OwnedSemaphorePermit,
}

/// What the next event is sent for.
enum Cause {
    Second,
    End,
    Silence,
}

/// A reader's events of this run, if there is a place for one more.
pub(super) fn stream(
    shown: &ShownRun,
    places: &Arc<Semaphore>,
) -> Result<Sse<impl Stream<Item = Result<Event, axum::Error>> + use<>>, ApiProblem> {
    let place = Arc::clone(places).try_acquire_owned().map_err(|_| {
        let what = format!("{MOST_READERS} readers follow the events already");
        ApiProblem::new(StatusCode::SERVICE_UNAVAILABLE, what, "close one of them")
    })?;
    let mut reader = EventReader {
        run: shown.run.clone(),
        ended: shown.ended.subscribe(),
        is_done: false,
        _place: place,
    };
    // So that the state now comes at once.
    reader.run.snapshots.mark_changed();
    Ok(Sse::new(stream::unfold(reader, EventReader::next)))
}

impl EventReader {
    async fn next(mut self) -> Option<(Result<Event, axum::Error>, EventReader)> {
        if self.is_done {
            return None;
        }
        let event = match self.next_cause().await? {
            Cause::Silence => Ok(Event::default().comment("")),
            Cause::Second => {
                let snapshot = Arc::clone(&self.run.snapshots.borrow_and_update());
                event("snapshot", &Figures::of(&snapshot, self.run.state()))
            }
            Cause::End => {
                self.is_done = true;
                let end = self.ended.borrow().clone()?;
                event("end", &LastFigures::of(&end))
            }
        };
        Some((event, self))
    }

    /// None: the run has gone without saying how it ended.
    async fn next_cause(&mut self) -> Option<Cause> {
        let second = async {
            if self.run.snapshots.changed().await.is_err() {
                // The load is over, and the results are being written.
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            end = self.ended.wait_for(Option::is_some) => end.is_ok().then_some(Cause::End),
            () = second => Some(Cause::Second),
            () = tokio::time::sleep(SILENCE) => Some(Cause::Silence),
        }
    }
}

fn event(name: &str, data: &impl Serialize) -> Result<Event, axum::Error> {
    let text = serde_json::to_string(data).map_err(axum::Error::new)?;
    Ok(Event::default().event(name).data(secret::redact_json(&text)))
}
