//! Threads, connections, and what happens to every request before and after its route:
//! the injected error, the delay, the count.

use super::answer::{self, Answer};
use super::counters::{CounterKey, RequestCounters};
use super::delay::unit;
use super::hold::Hold;
use super::sessions::Shop;
use super::{Options, routes};
use crate::system::timer::Timers;
use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// Longest body of a request.
const MOST_BODY: usize = 8 << 20;

/// What all threads of a target share.
#[derive(Debug)]
pub(super) struct Shared {
    options: Options,
    hold: Hold,
    shop: Shop,
    pub(super) counters: RequestCounters,
    requests: AtomicU64,
}

impl Shared {
    pub(super) fn new(options: Options) -> Self {
        let counters = RequestCounters::new(options.threads);
        Self {
            hold: Hold::new(options.capacity, options.servers),
            options,
            shop: Shop::new(),
            counters,
            requests: AtomicU64::new(0),
        }
    }
}

/// One thread's view: the shared state, its own counts and its own timers.
struct Thread {
    index: usize,
    shared: Arc<Shared>,
    timers: Timers,
}

/// Starts one serving thread.
pub(super) fn spawn(
    index: usize,
    listener: TcpListener,
    shared: &Arc<Shared>,
    mut stopping: watch::Receiver<bool>,
) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    let thread = Arc::new(Thread {
        index,
        shared: Arc::clone(shared),
        timers: Timers::default(),
    });
    std::thread::Builder::new()
        .name(format!("target-{index}"))
        .spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(&listener, thread) => {}
                    _ = stopping.wait_for(|stop| *stop) => {}
                }
            });
            runtime.shutdown_background();
        })
}

async fn accept(listener: &tokio::net::TcpListener, thread: Arc<Thread>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                thread.shared.counters.accepted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(Open::new(Arc::clone(&thread)).serve(stream));
            }
            // Out of file handles, most likely: spinning would take the CPU that frees them.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// An open connection; counted as such until dropped.
struct Open {
    thread: Arc<Thread>,
}

impl Open {
    fn new(thread: Arc<Thread>) -> Self {
        thread.shared.counters.open.fetch_add(1, Ordering::Relaxed);
        Self { thread }
    }

    async fn serve(self, stream: TcpStream) {
        // A failing connection is the client's business; it can only be closed.
        let _ = stream.set_nodelay(true);
        let mut start = [0; 3];
        let is_h2 = matches!(stream.peek(&mut start).await, Ok(3) if &start == b"PRI");
        let service = service_fn(|request| respond(&self.thread, request));
        if is_h2 {
            let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
            // h2 runs each request as a task of its own, which needs an owned thread.
            let thread = Arc::clone(&self.thread);
            let service = service_fn(move |request| {
                let thread = Arc::clone(&thread);
                async move { respond(&thread, request).await }
            });
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
        } else {
            let mut builder = hyper::server::conn::http1::Builder::new();
            builder.header_read_timeout(None);
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.thread.shared.counters.open.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn respond(thread: &Thread, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let arrived = Instant::now();
    let (parts, body) = request.into_parts();
    if parts.uri.path().starts_with("/-/") {
        return Ok(about_itself(&thread.shared, &parts));
    }
    let shared = &thread.shared;
    let number = shared.requests.fetch_add(1, Ordering::Relaxed);
    let body = read(body).await;
    let (route, answer) = decide(shared, number, &parts, body.as_ref());
    let delay = shared.options.delay.of(number, shared.options.seed);
    let release = shared.hold.release(arrived, delay);
    if release > arrived {
        thread.timers.wait_until(release).await;
    }
    count(thread, &parts, route, &answer, body.map_or(0, |body| body.len()));
    Ok(answer)
}

fn decide(shared: &Shared, number: u64, parts: &Parts, body: Option<&Bytes>) -> routes::Routed {
    let Some(body) = body else {
        return ("(unread)", answer::error(413, "the body is too large or broken"));
    };
    let (route, answer) = routes::answer(&shared.shop, parts, body);
    let rate = shared.options.error_rate;
    if rate > 0.0 && unit(shared.options.seed ^ 0x5EED, number) < rate {
        return (route, answer::error(500, "injected by --error-rate"));
    }
    (route, answer)
}

/// The whole body, unless it is too long or breaks off.
async fn read(body: Incoming) -> Option<Bytes> {
    if body.is_end_stream() {
        return Some(Bytes::new());
    }
    Limited::new(body, MOST_BODY)
        .collect()
        .await
        .ok()
        .map(http_body_util::Collected::to_bytes)
}

fn count(thread: &Thread, parts: &Parts, route: &'static str, answer: &Answer, bytes_in: usize) {
    let key = CounterKey {
        method: method_name(&parts.method),
        route,
        status: answer.status().as_u16(),
    };
    let bytes_out = if parts.method == Method::HEAD {
        0
    } else {
        answer.body().size_hint().lower()
    };
    if let Some(shard) = thread.shared.counters.shards.get(thread.index) {
        shard.add(key, bytes_in as u64, bytes_out);
    }
}

/// A closed set, so that the counts stay bounded whatever is sent.
fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}

fn about_itself(shared: &Shared, parts: &Parts) -> Answer {
    match (parts.uri.path(), &parts.method) {
        ("/-/counters", &Method::GET) => answer::json(200, &shared.counters.read()),
        ("/-/reset", &Method::POST) => {
            shared.counters.reset();
            shared.requests.store(0, Ordering::Relaxed);
            answer::empty(204)
        }
        ("/-/freeze", &Method::POST) => match parts.uri.query().and_then(|ms| ms.parse().ok()) {
            Some(ms @ 0..=60_000) => {
                shared.hold.freeze(Duration::from_millis(ms));
                answer::empty(204)
            }
            _ => answer::error(400, "write it as /-/freeze?2000, in milliseconds, at most 60000"),
        },
        _ => answer::error(
            404,
            "there is GET /-/counters, POST /-/reset and POST /-/freeze?MS",
        ),
    }
}
