//! HTTP/2 servers that refuse streams, go away, hang up, and take one stream at a time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{base, client, get, response};
use crate::http::{Client, ErrorCode, HttpSettings, Request, VersionPolicy};

/// What a server does about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Answer,
    /// Says that it didn't process it.
    Refuse,
    /// Goes away, having taken only the requests before.
    GoAway,
    /// Closes the connection.
    HangUp,
    /// Ends the stream with an internal error.
    Break,
    /// Answers, and closes the connection.
    AnswerAndHangUp,
    /// Answers without wanting the rest of the request.
    AnswerEarly,
}

/// Speaks HTTP/2 by hand: one list of deeds per connection. Notes the streams that it answered, by connection.
async fn start(scripts: Vec<Vec<Deed>>, most: Option<u32>) -> (Client, Arc<Mutex<Vec<(usize, u32)>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let url = format!("http://{}/", listener.local_addr().expect("address"));
    let answered: Arc<Mutex<Vec<(usize, u32)>>> = Arc::default();
    let log = answered.clone();
    tokio::spawn(async move {
        for (at, script) in scripts.into_iter().enumerate() {
            let (socket, _) = listener.accept().await.expect("accept");
            let log = log.clone();
            tokio::spawn(async move {
                play(socket, script, most, |stream| {
                    log.lock().expect("lock").push((at, stream))
                })
                .await
            });
        }
    });
    let settings = HttpSettings {
        version: VersionPolicy::Http2PriorKnowledge,
        timeout: Duration::from_secs(10),
        ..base(&url)
    };
    (client(&settings), answered)
}

const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const GO_AWAY: u8 = 7;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let head = [length[1], length[2], length[3], kind, flags];
    [&head[..], &stream.to_be_bytes(), payload].concat()
}

async fn play(
    mut socket: TcpStream,
    script: Vec<Deed>,
    most: Option<u32>,
    answered: impl Fn(u32),
) -> Option<()> {
    let mut preface = [0; 24];
    socket.read_exact(&mut preface).await.ok()?;
    let limit = most.map(|most| [&[0, 3][..], &most.to_be_bytes()].concat());
    let settings = frame(SETTINGS, 0, 0, &limit.unwrap_or_default());
    socket.write_all(&settings).await.ok()?;
    let (mut script, mut last, mut open) = (script.into_iter(), 0, 0);
    loop {
        let mut head = [0; 9];
        socket.read_exact(&mut head).await.ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let mut payload = vec![0; length as usize];
        socket.read_exact(&mut payload).await.ok()?;
        match (head[3], head[4]) {
            (SETTINGS, 0) => socket.write_all(&frame(SETTINGS, 1, 0, &[])).await.ok()?,
            (HEADERS, _) => {
                open += 1;
                assert!(most.is_none_or(|most| open <= most), "more streams than allowed");
                let deed = script.next()?;
                // 0x88 is `:status: 200`.
                let answer = frame(HEADERS, 5, stream, &[0x88]);
                match deed {
                    Deed::Answer | Deed::AnswerAndHangUp => {
                        if most.is_some() {
                            // Long enough for others to come, if they don't wait.
                            tokio::time::sleep(Duration::from_millis(5)).await;
                        }
                        answered(stream);
                        last = stream;
                        socket.write_all(&answer).await.ok()?;
                    }
                    Deed::AnswerEarly => {
                        answered(stream);
                        let enough = frame(RESET, 0, stream, &0_u32.to_be_bytes());
                        socket.write_all(&[answer, enough].concat()).await.ok()?;
                    }
                    Deed::Refuse => socket
                        .write_all(&frame(RESET, 0, stream, &7_u32.to_be_bytes()))
                        .await
                        .ok()?,
                    Deed::Break => socket
                        .write_all(&frame(RESET, 0, stream, &2_u32.to_be_bytes()))
                        .await
                        .ok()?,
                    Deed::GoAway => {
                        let away = [last.to_be_bytes(), 0_u32.to_be_bytes()].concat();
                        socket.write_all(&frame(GO_AWAY, 0, 0, &away)).await.ok()?;
                    }
                    Deed::HangUp => return None,
                }
                open -= 1;
                if deed == Deed::AnswerAndHangUp {
                    return None;
                }
            }
            _ => {}
        }
    }
}

fn posted() -> Request<'static> {
    Request {
        method: "POST",
        ..get("/")
    }
}

#[tokio::test]
async fn what_a_server_did_not_process_goes_again_whatever_its_method() {
    use Deed::{Answer, GoAway, Refuse};
    for (scripts, answers) in [
        (vec![vec![Answer, Refuse, Answer]], vec![(0, 1), (0, 5)]),
        (
            vec![vec![Refuse, Refuse, Refuse, Answer, Answer]],
            vec![(0, 7), (0, 9)],
        ),
        (vec![vec![Answer, GoAway], vec![Answer]], vec![(0, 1), (1, 1)]),
        (
            vec![vec![GoAway], vec![GoAway], vec![Answer, Answer]],
            vec![(2, 1), (2, 3)],
        ),
    ] {
        let (mut client, answered) = start(scripts, None).await;
        for _ in 0..2 {
            assert_eq!(response(client.send(&posted()).await).status, 200);
        }
        assert_eq!(*answered.lock().expect("lock"), answers);
    }
}

#[tokio::test]
async fn a_server_that_never_processes_anything_is_not_asked_for_ever() {
    let (mut client, answered) = start(vec![vec![Deed::Refuse; 20]], None).await;
    let failure = client.send(&get("/")).await.result.expect_err("refused");
    assert_eq!(failure.exchange.reconnects, 3);
    assert!(failure.detail.contains("refused"), "{}", failure.detail);
    assert!(answered.lock().expect("lock").is_empty());
}

#[tokio::test]
async fn what_a_server_may_have_processed_does_not_go_again() {
    let (mut client, _) = start(vec![vec![Deed::Answer, Deed::Break, Deed::Answer]], None).await;
    response(client.send(&get("/")).await);
    let failure = client.send(&get("/")).await.result.expect_err("broken");
    assert_eq!(
        (failure.code, failure.exchange.reconnects),
        (ErrorCode::Protocol, 0)
    );

    let (mut client, _) = start(vec![vec![Deed::Answer, Deed::HangUp], vec![Deed::Answer]], None).await;
    response(client.send(&get("/")).await);
    let failure = client.send(&posted()).await.result.expect_err("closed");
    assert_eq!(failure.code, ErrorCode::ConnectionClosed, "{}", failure.detail);
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_is_replaced_as_with_http1() {
    use Deed::{Answer, AnswerAndHangUp, HangUp};
    // Closed at rest: any method. Closed instead of an answer: where that is safe.
    for (first, request) in [
        (AnswerAndHangUp, get("/")),
        (AnswerAndHangUp, posted()),
        (Answer, get("/")),
    ] {
        let (mut client, answered) = start(vec![vec![first, HangUp], vec![Answer]], None).await;
        response(client.send(&get("/")).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!response(client.send(&request).await).exchange.reused);
        assert_eq!(*answered.lock().expect("lock"), [(0, 1), (1, 1)]);
    }
}

#[tokio::test]
async fn the_limit_of_streams_is_waited_for() {
    for most in [1, 3] {
        let (client, answered) = start(vec![vec![Deed::Answer; 12]], Some(most)).await;
        for outcome in client.send_all(&[get("/"); 12]).await {
            let exchange = response(outcome).exchange;
            assert_eq!(exchange.reconnects, 0);
        }
        let streams: Vec<_> = answered.lock().expect("lock").clone();
        assert_eq!(streams, (0..12).map(|at| (0, 2 * at + 1)).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn an_answer_before_the_body_was_read_is_the_answer() {
    let (mut client, answered) = start(vec![vec![Deed::AnswerEarly, Deed::Answer]], None).await;
    let body = vec![0; 2_000_000];
    let large = Request {
        method: "PUT",
        body: &body,
        ..get("/")
    };
    assert_eq!(response(client.send(&large).await).status, 200);
    // The connection stays as it is: the stream alone is over.
    assert!(response(client.send(&get("/")).await).exchange.reused);
    assert_eq!(*answered.lock().expect("lock"), [(0, 1), (0, 3)]);
}
