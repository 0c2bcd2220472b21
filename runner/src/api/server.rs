//! The API's thread: accepts connections, and closes them when no more runs are to come.

use super::guard::Trusted;
use super::listener::Listener;
use super::routes;
use super::shown::ShownRun;
use super::status::End;
use crate::engine::load::RunHandle;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::collections::VecDeque;
use std::io;
use std::pin::pin;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

/// Connections at a time.
const MOST_CONNECTIONS: usize = 64;

/// How long the head of a request may take, waiting for it included.
const HEAD: Duration = Duration::from_secs(10);

/// How long sent data may go without being taken.
const STUCK: Duration = Duration::from_secs(30);

/// How long connections may go on when the API closes.
const AT_CLOSING: Duration = Duration::from_secs(1);

/// The API. Dropping it closes all connections.
#[derive(Debug)]
pub struct Server {
    shown: watch::Sender<Option<ShownRun>>,
    /// Nothing is sent: the connections close when it goes.
    open: Option<watch::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Begins to serve. Until it has a run to show, it answers that there is none.
    ///
    /// # Errors
    /// If the operating system refuses the thread or its event queue.
    pub fn start(listener: Listener) -> io::Result<Server> {
        let (shown, runs) = watch::channel(None);
        let (open, closed) = watch::channel(());
        let app = routes::router(runs, listener.token.expose());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let socket = runtime.block_on(async { TcpListener::from_std(listener.socket) })?;
        let serve = move || runtime.block_on(serve(socket, app, closed));
        let thread = std::thread::Builder::new().name("api".to_owned()).spawn(serve)?;
        Ok(Server {
            shown,
            open: Some(open),
            thread: Some(thread),
        })
    }

    /// Shows this run from now on.
    pub fn show(&self, run: RunHandle) {
        self.shown.send_replace(Some(ShownRun::new(run)));
    }

    /// Tells whoever follows the run how it ended.
    pub fn end(&self, end: End) {
        if let Some(shown) = &*self.shown.borrow() {
            shown.ended.send_replace(Some(end));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.open = None;
        // A panic in there costs the API, not the results.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn serve(listener: TcpListener, app: Router, mut closed: watch::Receiver<()>) {
    let mut connections = Connections::default();
    loop {
        tokio::select! {
            biased;
            // That it fails is the sign.
            _ = closed.changed() => break,
            Some(_) = connections.tasks.join_next() => connections.forget(),
            accepted = accept(&listener), if connections.has_room() => {
                if let Some(stream) = accepted {
                    connections.add(stream, &app, &closed);
                }
            }
        }
    }
    drop(listener);
    let all_closed = async { while connections.tasks.join_next().await.is_some() {} };
    // Whoever doesn't read any more is cut off.
    let _ = tokio::time::timeout(AT_CLOSING, all_closed).await;
}

/// The next connection.
async fn accept(listener: &TcpListener) -> Option<TcpStream> {
    match listener.accept().await {
        Ok((stream, _)) => Some(stream),
        Err(_) => {
            // Out of file handles, most likely: the load has precedence.
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

/// Open connections, oldest first. Whoever has shown the token keeps its place; all others make
/// way for the next that comes, so that nobody keeps others out by holding connections open.
#[derive(Default)]
struct Connections {
    tasks: JoinSet<()>,
    open: VecDeque<(AbortHandle, Trusted)>,
}

impl Connections {
    fn has_room(&self) -> bool {
        self.open.len() < MOST_CONNECTIONS || self.idlest().is_some()
    }

    /// The oldest connection that hasn't shown the token.
    fn idlest(&self) -> Option<usize> {
        self.open.iter().position(|(_, trusted)| !trusted.is_set())
    }

    fn add(&mut self, stream: TcpStream, app: &Router, closed: &watch::Receiver<()>) {
        if self.open.len() >= MOST_CONNECTIONS
            && let Some((task, _)) = self.idlest().and_then(|at| self.open.remove(at))
        {
            task.abort();
        }
        let trusted = Trusted::default();
        let app = app.clone().layer(Extension(trusted.clone()));
        let task = self.tasks.spawn(connection(stream, app, closed.clone()));
        self.open.push_back((task, trusted));
    }

    fn forget(&mut self) {
        self.open.retain(|(task, _)| !task.is_finished());
    }
}

async fn connection(stream: TcpStream, app: Router, mut closed: watch::Receiver<()>) {
    limit_silence(&stream);
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    let mut served = pin!(served);
    // A connection that fails has nobody who could be told.
    tokio::select! {
        _ = served.as_mut() => return,
        _ = closed.changed() => served.as_mut().graceful_shutdown(),
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
