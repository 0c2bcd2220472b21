//! A guest that spends all it can of one resource, beside honest ones on the same thread: either these lose at most a
//! tenth of what they have beside a guest of their own kind, or the results mark the second. Memory and plain loops
//! have their tests elsewhere (`memory`, `hostile`).

use crate::support::alone;
use crate::support::cli::run_plugin;
use crate::support::guests::odd;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Runs that a resource gets: the machine may have had something better to do meanwhile.
const TRIES: usize = 3;

/// A server that counts what honest guests ask for, and answers the others with a small body that becomes a large one.
struct Server {
    address: SocketAddr,
    honest: Arc<AtomicU64>,
}

impl Server {
    fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server {
            address: listener.local_addr().unwrap(),
            honest: Arc::default(),
        };
        let honest = Arc::clone(&server.honest);
        let answer = Arc::new(bomb());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (honest, answer) = (Arc::clone(&honest), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &honest, &answer));
            }
        });
        server
    }

    fn take_honest(&self) -> u64 {
        self.honest.swap(0, Ordering::SeqCst)
    }
}

/// Eight megabytes of zeros.
fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 8 << 20]).unwrap();
    let body = encoder.finish().unwrap();
    let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length:";
    [format!("{head} {}\r\n\r\n", body.len()).as_bytes(), &body].concat()
}

/// Until the client hangs up.
fn serve(stream: TcpStream, honest: &AtomicU64, bomb: &[u8]) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let (mut first, mut line) = (String::new(), String::new());
        reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        }
        if first.starts_with("GET /greedy ") {
            writer.write_all(bomb).ok()?;
            continue;
        }
        honest.fetch_add(1, Ordering::SeqCst);
        writer
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            .ok()?;
    }
}

/// What became of four honest users.
#[derive(Debug)]
struct Honest {
    iterations: u64,
    /// Seconds in which the results say that they were kept waiting.
    marked: u64,
}

/// Four users of `steady` beside one of this scenario, on one thread.
fn beside(server: &Server, case: &str) -> Honest {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("load.toml");
    let grace = if case == "steady" { "10s" } else { "0s" };
    let options = format!(
        r#"
        threads = 1
        task_cpu = "30s"
        [scenarios.honest]
        executor = "constant-vus"
        exec = "steady"
        vus = 4
        duration = "3s"
        graceful_stop = "10s"
        [scenarios.beside]
        executor = "constant-vus"
        exec = "{case}"
        vus = 1
        duration = "3s"
        graceful_stop = "{grace}"
        "#
    );
    std::fs::write(&file, options).unwrap();
    let host = format!("http://{}", server.address);
    let (ran, summary) = run_plugin(&odd(), &["--host", &host, "-c", file.to_str().unwrap()]);
    ran.exits(0).says_nothing_raw();
    summary.adds_up();
    let (iterations, failed, trapped) = summary.iterations("honest");
    assert_eq!((failed, trapped), (0, 0), "{case}");
    assert_eq!(summary.check("steady answers").1, 0, "{case}");
    let alike = if case == "steady" {
        summary.iterations("beside").0
    } else {
        0
    };
    assert_eq!(server.take_honest(), iterations + alike, "{case}");
    Honest {
        iterations,
        marked: summary.number("/health/guest_seconds"),
    }
}

#[track_caller]
fn assert_fair(case: &str) {
    let _machine = alone();
    let server = Server::start();
    let mut met = Vec::new();
    for _ in 0..TRIES {
        let (share, left) = (beside(&server, "steady"), beside(&server, case));
        assert!(share.iterations > 100, "{share:?}");
        if left.marked > 0 || left.iterations * 10 >= share.iterations * 9 {
            return;
        }
        met.push((share, left));
    }
    panic!("{case}: {met:?}");
}

#[test]
fn a_guest_that_floods_the_log_takes_nobodys_share_unmarked() {
    assert_fair("greedy-log");
}

#[test]
fn a_guest_that_floods_the_metrics_takes_nobodys_share_unmarked() {
    assert_fair("greedy-metrics");
}

#[test]
fn a_guest_that_makes_connections_takes_nobodys_share_unmarked() {
    assert_fair("greedy-connections");
}

#[test]
fn a_guest_that_has_bodies_decompressed_takes_nobodys_share_unmarked() {
    assert_fair("greedy-decompression");
}
