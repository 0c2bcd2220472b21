//! A server that follows a script: which bytes to send on which connection.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// What a server does once it has read a request.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Answers these bytes.
    Send(Vec<u8>),
    /// Answers piece by piece, pausing in between.
    Drip(Vec<Vec<u8>>),
    /// Says nothing.
    Silence,
}

/// A running server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves one connection per script, one request per step; closes each connection after its last step.
    pub(super) async fn start(scripts: Vec<Vec<Step>>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let port = listener.local_addr().expect("address").port();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = seen.clone();
        tokio::spawn(async move {
            for script in scripts {
                let (socket, _) = listener.accept().await.expect("accept");
                tokio::spawn(play(socket, script, log.clone()));
            }
        });
        Server { port, seen }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// The requests so far: head and body.
    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("lock").clone()
    }
}

/// A response of this status line and headers, with a length.
pub(super) fn reply(head: &str, body: &str) -> Step {
    Step::Send(format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

pub(super) fn raw(bytes: &str) -> Step {
    Step::Send(bytes.as_bytes().to_vec())
}

/// Plays one connection.
pub(super) async fn play(
    mut socket: impl AsyncRead + AsyncWrite + Unpin,
    script: Vec<Step>,
    log: Arc<Mutex<Vec<String>>>,
) {
    for step in script {
        let Some(request) = read_request(&mut socket).await else {
            return;
        };
        log.lock().expect("lock").push(request);
        match step {
            Step::Send(bytes) => write(&mut socket, &bytes).await,
            Step::Drip(pieces) => {
                for piece in pieces {
                    write(&mut socket, &piece).await;
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            }
            Step::Silence => std::future::pending().await,
        }
    }
}

async fn write(socket: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) {
    // The client may have hung up: that is for the test to judge.
    let _ = socket.write_all(bytes).await;
    let _ = socket.flush().await;
}

/// Head and body of the next request; `None` if the client hung up.
pub(super) async fn read_request(socket: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(socket.read_u8().await.ok()?);
    }
    let head = String::from_utf8(bytes).expect("text");
    let length = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.split("\r\n").next());
    let mut body = vec![0; length.map_or(0, |text| text.parse().expect("length"))];
    socket.read_exact(&mut body).await.ok()?;
    Some(head + &String::from_utf8(body).expect("text"))
}
