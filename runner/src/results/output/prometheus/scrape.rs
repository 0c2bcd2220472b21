//! `--out prometheus=ADDRESS:PORT`: a page at `/metrics` that Prometheus scrapes while the run goes on. It has a thread of
//! its own, few connections, and no say in anything.

use super::exposition;
use crate::plan::Plan;
use crate::results::output::push::runtime;
use crate::results::output::registry::{Keep, Registry, TimeUnit};
use crate::results::tally::{Output, Update};
use crate::system::panics;
use bytes::Bytes;
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

/// Where it listens where only a port or nothing is said: k6's own has this port too.
const HERE: &str = "127.0.0.1:5656";

/// Connections at a time; the next one takes the place of the oldest.
const MOST_CONNECTIONS: usize = 16;

/// How long the head of a request may take, waiting for it included: longer than people let pass between scrapes.
const HEAD: Duration = Duration::from_secs(180);

/// How long answers may take after the end of the run.
const AFTER_END: Duration = Duration::from_secs(1);

/// Whoever scrapes more often than this is waited for at the end, so that the last second is seen.
const OFTEN: Duration = Duration::from_secs(6);

/// Is scraped.
#[derive(Debug)]
pub(in super::super) struct Scrape {
    page: Arc<Page>,
    address: SocketAddr,
    listener: Option<TcpListener>,
    server: Option<(watch::Sender<bool>, JoinHandle<()>)>,
}

/// What the output fills and the server reads.
#[derive(Debug)]
struct Page {
    registry: Mutex<Registry>,
    scrapes: Mutex<Scrapes>,
    scraped: Condvar,
}

#[derive(Debug, Default)]
struct Scrapes {
    last: Option<Instant>,
    /// From the last but one to the last.
    between: Option<Duration>,
    /// Whether the last one saw the end of the run.
    has_end: bool,
    is_end: bool,
}

impl Scrape {
    /// Listens at this address.
    ///
    /// # Errors
    /// If it isn't one, or can't be listened at.
    pub(in super::super) fn open(target: Option<&str>) -> Result<Scrape, String> {
        let text = target.unwrap_or(HERE);
        let address: SocketAddr = match text.strip_prefix(':').unwrap_or(text).parse::<u16>() {
            Ok(port) => SocketAddr::from(([127, 0, 0, 1], port)),
            Err(_) => {
                let text = text.replace("localhost:", "127.0.0.1:");
                let wrong = |_| format!("{text:?} is no ADDRESS:PORT such as {HERE}");
                text.parse().map_err(wrong)?
            }
        };
        let listener = TcpListener::bind(address)
            .map_err(|error| format!("nothing can listen at {address}: {error}"))?;
        listener
            .set_nonblocking(true)
            .map_err(|error| error.to_string())?;
        Ok(Scrape {
            page: Arc::new(Page {
                registry: Mutex::new(Registry::new(Keep::Totals(TimeUnit::Seconds))),
                scrapes: Mutex::default(),
                scraped: Condvar::new(),
            }),
            address: listener.local_addr().map_err(|error| error.to_string())?,
            listener: Some(listener),
            server: None,
        })
    }

    /// Waits for the scrape that sees the end, if one is to be expected soon.
    fn wait(&self) -> Result<(), String> {
        let mut scrapes = lock(&self.page.scrapes);
        scrapes.is_end = true;
        let expected = scrapes.between.filter(|between| *between <= OFTEN);
        if let Some(between) = expected {
            let limit = between + between / 4 + Duration::from_millis(500);
            let waited = self
                .page
                .scraped
                .wait_timeout_while(scrapes, limit, |scrapes| !scrapes.has_end);
            scrapes = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        match (scrapes.has_end, scrapes.last) {
            (true, _) => Ok(()),
            (false, None) => Err(format!("nobody scraped http://{}/metrics", self.address)),
            (false, Some(last)) => Err(format!(
                "it was last scraped {:.1} s before the end, so the rest of the run was never read",
                last.elapsed().as_secs_f64()
            )),
        }
    }
}

impl Output for Scrape {
    fn name(&self) -> String {
        "prometheus".to_owned()
    }

    fn begin(&mut self, plan: &Plan) -> Result<(), String> {
        lock(&self.page.registry).begin(plan);
        let Some(listener) = self.listener.take() else {
            return Ok(());
        };
        let runtime = runtime()?;
        let (stop, stopped) = watch::channel(false);
        let page = Arc::clone(&self.page);
        let work = move || {
            // A panic costs the page: the output says then that nobody has read it.
            let _ = panics::catch(AssertUnwindSafe(|| {
                runtime.block_on(serve(listener, page, stopped))
            }));
        };
        let thread = std::thread::Builder::new()
            .name("prometheus".to_owned())
            .spawn(work)
            .map_err(|error| error.to_string())?;
        self.server = Some((stop, thread));
        Ok(())
    }

    fn second(&mut self, update: &Update) -> Result<(), String> {
        lock(&self.page.registry).absorb(update);
        Ok(())
    }

    fn end(&mut self, last: &Update) -> Result<(), String> {
        lock(&self.page.registry).absorb(last);
        self.wait()
    }
}

impl Drop for Scrape {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.server.take() {
            let _ = stop.send(true);
            let _ = thread.join();
        }
    }
}

impl Page {
    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::default());
        if request.uri().path() != "/metrics" {
            *response.status_mut() = StatusCode::NOT_FOUND;
            *response.body_mut() = Full::from("the metrics are at /metrics\n");
            return response;
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("GET"));
            return response;
        }
        let accepts = request
            .headers()
            .get(ACCEPT)
            .and_then(|value| value.to_str().ok());
        let is_end = lock(&self.scrapes).is_end;
        let (kind, body) = exposition::answer(&lock(&self.registry), accepts.unwrap_or_default());
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        *response.body_mut() = Full::from(body);
        self.note(is_end);
        response
    }

    fn note(&self, is_end: bool) {
        let mut scrapes = lock(&self.scrapes);
        let now = Instant::now();
        scrapes.between = scrapes.last.map(|last| now.duration_since(last));
        scrapes.last = Some(now);
        scrapes.has_end |= is_end;
        self.scraped.notify_all();
    }
}

/// What a thread that panicked left is still data.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, page: Arc<Page>, mut stopped: watch::Receiver<bool>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    let (mut tasks, mut open) = (JoinSet::new(), VecDeque::<AbortHandle>::new());
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = tasks.join_next() => open.retain(|task| !task.is_finished()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    if open.len() >= MOST_CONNECTIONS && let Some(oldest) = open.pop_front() {
                        oldest.abort();
                    }
                    open.push_back(tasks.spawn(connection(stream, Arc::clone(&page), stopped.clone())));
                }
                // Out of file handles, most likely: the load has precedence.
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            },
        }
    }
    let all_closed = async { while tasks.join_next().await.is_some() {} };
    // Whoever doesn't read any more is cut off.
    let _ = tokio::time::timeout(AFTER_END, all_closed).await;
}

async fn connection(stream: TcpStream, page: Arc<Page>, mut stopped: watch::Receiver<bool>) {
    let answer = move |request: Request<Incoming>| {
        let page = Arc::clone(&page);
        async move { Ok::<_, Infallible>(page.answer(&request)) }
    };
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let mut served = pin!(builder.serve_connection(TokioIo::new(stream), service_fn(answer)));
    // A connection that fails has nobody who could be told.
    tokio::select! {
        _ = served.as_mut() => return,
        _ = stopped.changed() => served.as_mut().graceful_shutdown(),
    }
    let _ = served.await;
}
