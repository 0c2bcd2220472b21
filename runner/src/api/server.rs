//! The API's thread: accepts connections, and closes them when the run has ended.

use super::door::Door;
use super::routes;
use super::status::{End, Watched};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

/// Connections at a time; more wait.
const MOST_CONNECTIONS: usize = 64;

/// How long the head of a request may take, waiting for it included.
const HEAD: Duration = Duration::from_secs(10);

/// How long sent data may go without being taken.
const STUCK: Duration = Duration::from_secs(30);

/// How long connections may go on after the end of the run.
const AFTER_END: Duration = Duration::from_secs(1);

/// The API of a run. Without [`end`](Self::end), dropping it closes all connections.
#[derive(Debug)]
pub struct Server {
    ended: Option<watch::Sender<Option<End>>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Begins to serve.
    ///
    /// # Errors
    /// If the operating system refuses the thread or its event queue.
    pub fn start(door: Door, watched: Watched) -> io::Result<Server> {
        let (ended, end) = watch::channel(None);
        let app = routes::router(watched, end.clone(), &door.token);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = runtime.block_on(async { TcpListener::from_std(door.listener) })?;
        let serve = move || runtime.block_on(serve(listener, app, end));
        let thread = std::thread::Builder::new().name("api".to_owned()).spawn(serve)?;
        Ok(Server {
            ended: Some(ended),
            thread: Some(thread),
        })
    }

    /// Tells whoever still listens how the run ended, and closes.
    pub fn end(self, end: End) {
        if let Some(ended) = &self.ended {
            ended.send_replace(Some(end));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended = None;
        // A panic in there costs the API, not the results.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn serve(listener: TcpListener, app: Router, mut ended: watch::Receiver<Option<End>>) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            // Or the sender has gone: closed as well.
            _ = ended.changed() => break,
            Some(_) = connections.join_next() => {}
            accepted = accept(&listener, &places) => {
                if let Some((stream, place)) = accepted {
                    connections.spawn(connection(stream, place, app.clone(), ended.clone()));
                }
            }
        }
    }
    drop(listener);
    let all_closed = async { while connections.join_next().await.is_some() {} };
    // Whoever doesn't read any more is cut off.
    let _ = tokio::time::timeout(AFTER_END, all_closed).await;
}

/// The next connection, when there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    // Never closed.
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(_) => {
            // Out of file handles, most likely: the load has precedence.
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

async fn connection(
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
    app: Router,
    mut ended: watch::Receiver<Option<End>>,
) {
    limit_silence(&stream);
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    let mut served = pin!(served);
    // A connection that fails has nobody who could be told.
    tokio::select! {
        _ = served.as_mut() => return,
        _ = ended.changed() => served.as_mut().graceful_shutdown(),
    }
    let _ = served.await;
}

/// Lets the kernel drop a connection whose other side takes nothing any more.
#[cfg(target_os = "linux")]
fn limit_silence(stream: &TcpStream) {
    let limit = STUCK.as_millis() as u32;
    // Where it can't be set, the end of the run is the limit.
    let _ = rustix::net::sockopt::set_tcp_user_timeout(stream, limit);
}

#[cfg(not(target_os = "linux"))]
fn limit_silence(_: &TcpStream) {}
