//! A server that answers 200 to everything, or as a test says, and remembers what it was asked: the witness
//! for what was sent, byte by byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// A running recorder. Its threads end with the test process.
#[derive(Clone)]
pub(crate) struct Recorder {
    pub(crate) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicU64>,
    answer: Answer,
}

/// From a request's head to header lines, each with its end, and a body.
type Answer = fn(&str) -> (String, String);

impl Recorder {
    pub(crate) fn start() -> Recorder {
        Recorder::answering(|_| (String::new(), "ok".to_owned()))
    }

    pub(crate) fn answering(answer: Answer) -> Recorder {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let recorder = Recorder {
            address,
            heads: Arc::default(),
            connections: Arc::default(),
            answer,
        };
        let serving = recorder.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serving.connections.fetch_add(1, Ordering::SeqCst);
                let serving = serving.clone();
                std::thread::spawn(move || serving.serve(stream));
            }
        });
        recorder
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Heads of all requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no thread panics").clone()
    }

    /// The first lines of all requests so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.heads()
            .iter()
            .map(|head| head.lines().next().unwrap_or_default().to_owned())
            .collect()
    }

    /// Connections accepted so far.
    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }

    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        let mut writer = stream;
        while let Some((head, length)) = read_head(&mut reader) {
            let mut body = vec![0; length];
            if reader.read_exact(&mut body).is_err() {
                return;
            }
            let (fields, text) = (self.answer)(&head);
            self.heads.lock().expect("no thread panics").push(head);
            let length = text.len();
            let answer = format!("HTTP/1.1 200 OK\r\n{fields}content-length: {length}\r\n\r\n{text}");
            if writer.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}

fn read_head(reader: &mut impl BufRead) -> Option<(String, usize)> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            return Some((head, length));
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        head.push_str(&line);
    }
}
