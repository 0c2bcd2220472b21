//! Paths and methods, and what each does.

use super::answer::json;
use super::events::{self, MOST_READERS};
use super::guard::guard;
use super::problem::ApiProblem;
use super::request::{self, RateRequest, Users};
use super::status::{End, Status};
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
    run: RunHandle,
    ended: watch::Receiver<Option<End>>,
    readers: Arc<Semaphore>,
}

type Shared = State<Arc<Api>>;
type Body = Result<Bytes, BytesRejection>;

/// Everything that can be asked for.
pub(super) fn router(run: RunHandle, ended: watch::Receiver<Option<End>>, token: &str) -> Router {
    let api = Api {
        run,
        ended,
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

async fn status(State(api): Shared) -> Response {
    api.status()
}

async fn metrics(State(api): Shared) -> Response {
    json(StatusCode::OK, &*api.run.snapshot())
}

async fn stream(State(api): Shared) -> Response {
    events::stream(&api.run, &api.ended, &api.readers).into_response()
}

async fn pause(State(api): Shared) -> Result<Response, ApiProblem> {
    api.must_run()?;
    api.run.control.pause();
    Ok(api.status())
}

async fn resume(State(api): Shared) -> Result<Response, ApiProblem> {
    api.must_run()?;
    api.run.control.resume();
    Ok(api.status())
}

async fn users(State(api): Shared, body: Body) -> Result<Response, ApiProblem> {
    let to: Users = request::read(body)?;
    api.must_run()?;
    let control = &api.run.control;
    control.set_users(to.workload.as_deref(), to.users, to.spawn_rate)?;
    Ok(api.status())
}

async fn rate(State(api): Shared, body: Body) -> Result<Response, ApiProblem> {
    let to: RateRequest = request::read(body)?;
    let rate = to.per_second()?;
    api.must_run()?;
    api.run.control.set_rate(to.workload.as_deref(), rate)?;
    Ok(api.status())
}

async fn stop(State(api): Shared) -> Response {
    api.stop(StopStage::Graceful)
}

async fn abort(State(api): Shared) -> Response {
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
    fn status(&self) -> Response {
        let end = self.ended.borrow().clone();
        json(StatusCode::OK, &Status::of(&self.run, end.as_ref()))
    }

    /// A run that ends can't be changed any more.
    fn must_run(&self) -> Result<(), ApiProblem> {
        if self.run.stop.stage() == StopStage::Running {
            return Ok(());
        }
        Err(ApiProblem::new(
            StatusCode::CONFLICT,
            "the run is ending",
            "only /v1/abort can hasten it",
        ))
    }

    fn stop(&self, stage: StopStage) -> Response {
        self.run.stop.stop(stage, EndReason::StoppedByApi);
        self.status()
    }
}
