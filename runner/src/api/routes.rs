//! Paths and methods, and what each does.

use super::answer::json;
use super::events::{self, MOST_READERS};
use super::guard::guard;
use super::problem::ApiProblem;
use super::request::{self, RateRequest, Users};
use super::shown::ShownRun;
use super::status::Status;
use crate::engine::load::{EndReason, RunHandle, StopStage};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Router, middleware};
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};

/// What all requests share.
pub(super) struct Api {
    runs: watch::Receiver<Option<ShownRun>>,
    readers: Arc<Semaphore>,
}

type Shared = State<Arc<Api>>;
type Body = Result<Bytes, BytesRejection>;

/// Everything that can be asked for.
pub(super) fn router(runs: watch::Receiver<Option<ShownRun>>, token: &str) -> Router {
    let api = Api {
        runs,
        readers: Arc::new(Semaphore::new(MOST_READERS)),
    };
    Router::new()
        .route("/v1/status", get(status))
        .route("/v1/metrics", get(metrics))
        .route("/v1/events", get(stream))
        .route("/v1/pause", post(pause))
        .route("/v1/resume", post(resume))
        .route("/v1/users", patch(users))
        .route("/v1/rate", patch(rate))
        .route("/v1/stop", post(stop))
        .route("/v1/abort", post(abort))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .with_state(Arc::new(api))
        .layer(DefaultBodyLimit::max(request::LARGEST))
        .layer(middleware::from_fn_with_state(Arc::from(token), guard))
}

async fn status(State(api): Shared) -> Result<Response, ApiProblem> {
    Ok(status_of(&api.shown()?))
}

async fn metrics(State(api): Shared) -> Result<Response, ApiProblem> {
    let ShownRun { run, .. } = api.shown()?;
    Ok(json(StatusCode::OK, &*run.snapshot()))
}

async fn stream(State(api): Shared) -> Result<Response, ApiProblem> {
    Ok(events::stream(&api.shown()?, &api.readers)?.into_response())
}

async fn pause(State(api): Shared) -> Result<Response, ApiProblem> {
    api.change(|run| {
        run.control.pause();
        Ok(())
    })
}

async fn resume(State(api): Shared) -> Result<Response, ApiProblem> {
    api.change(|run| {
        run.control.resume();
        Ok(())
    })
}

async fn users(State(api): Shared, body: Body) -> Result<Response, ApiProblem> {
    let to: Users = request::read(body)?;
    api.change(|run| {
        let workload = to.workload.as_deref();
        Ok(run.control.set_users(workload, to.users, to.spawn_rate)?)
    })
}

async fn rate(State(api): Shared, body: Body) -> Result<Response, ApiProblem> {
    let to: RateRequest = request::read(body)?;
    let rate = to.per_second()?;
    api.change(|run| Ok(run.control.set_rate(to.workload.as_deref(), rate)?))
}

async fn stop(State(api): Shared) -> Result<Response, ApiProblem> {
    api.stop(StopStage::Graceful)
}

async fn abort(State(api): Shared) -> Result<Response, ApiProblem> {
    api.stop(StopStage::Hard)
}

async fn no_such_path() -> ApiProblem {
    let hint = "GET /v1/status, /v1/metrics, /v1/events; POST /v1/pause, /v1/resume, /v1/stop, \
                /v1/abort; PATCH /v1/users, /v1/rate";
    ApiProblem::new(StatusCode::NOT_FOUND, "there is no such path", hint)
}

async fn no_such_method() -> ApiProblem {
    let what = "this path has another method";
    ApiProblem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        what,
        "the header `allow` of this answer names it",
    )
}

impl Api {
    /// The run that is current, or the last one.
    fn shown(&self) -> Result<ShownRun, ApiProblem> {
        self.runs.borrow().clone().ok_or_else(|| {
            let hint = "wait until one begins";
            ApiProblem::new(StatusCode::CONFLICT, "there is no run yet", hint)
        })
    }

    /// Changes a run, unless it is ending.
    fn change(&self, act: impl FnOnce(&RunHandle) -> Result<(), ApiProblem>) -> Result<Response, ApiProblem> {
        let shown = self.shown()?;
        if shown.run.stop.stage() != StopStage::Running {
            return Err(ApiProblem::new(
                StatusCode::CONFLICT,
                "the run is ending",
                "only /v1/abort can hasten it",
            ));
        }
        act(&shown.run)?;
        Ok(status_of(&shown))
    }

    fn stop(&self, stage: StopStage) -> Result<Response, ApiProblem> {
        let shown = self.shown()?;
        shown.run.stop.stop(stage, EndReason::StoppedByApi);
        Ok(status_of(&shown))
    }
}

fn status_of(shown: &ShownRun) -> Response {
    json(StatusCode::OK, &Status::of(&shown.run, shown.end().as_ref()))
}
