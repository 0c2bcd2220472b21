//! Bodies that scripts have compressed, and bodies that cross the border once, byte by byte as the server got them.

use crate::support::cli::run_plugin;
use crate::support::together;
use flate2::read::{GzDecoder, ZlibDecoder};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Value of `content-encoding`, and the body.
type Got = (String, Vec<u8>);

/// A server that answers 200 and keeps what it was sent.
fn start() -> (String, Arc<Mutex<Vec<Got>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let all: Arc<Mutex<Vec<Got>>> = Arc::default();
    let got = Arc::clone(&all);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let got = Arc::clone(&got);
            std::thread::spawn(move || serve(stream, &got));
        }
    });
    (url, all)
}

fn serve(stream: TcpStream, got: &Mutex<Vec<Got>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let (mut encoding, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
            let line = line.trim().to_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            if let Some(value) = line.strip_prefix("content-encoding:") {
                value.trim().clone_into(&mut encoding);
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        got.lock().unwrap().push((encoding, body));
        writer
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            .ok()?;
    }
}

/// Runs one iteration of a script, and returns what the server got.
fn sent_by(script: &str, users: &str) -> Vec<Got> {
    let _machine = together();
    let (url, got) = start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("script.js");
    std::fs::write(&path, script).unwrap();
    let arguments = ["--host", &url, "-u", users, "--iterations-per-vu", "1"];
    let (ran, summary) = run_plugin(&path, &arguments);
    let ran = ran.exits(0);
    assert_eq!(summary.checks().1, 0, "{}", ran.out);
    assert_eq!(summary.errors("default"), [], "{}", ran.out);
    std::mem::take(&mut *got.lock().unwrap())
}

fn decompressed(encoding: &str, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match encoding {
        "gzip" => GzDecoder::new(body).read_to_end(&mut plain).unwrap(),
        "deflate" => ZlibDecoder::new(body).read_to_end(&mut plain).unwrap(),
        "br" => brotli::Decompressor::new(body, 4096)
            .read_to_end(&mut plain)
            .unwrap(),
        "zstd" => zstd::stream::read::Decoder::new(body)
            .unwrap()
            .read_to_end(&mut plain)
            .unwrap(),
        other => panic!("{other}"),
    };
    plain
}

#[test]
fn a_script_has_its_bodies_compressed_as_k6_does() {
    let script = r#"
        import http from "k6/http";
        import { check } from "k6";
        const text = JSON.stringify([...Array(500).keys()].map((n) => ({ item: n, name: `größe ${n % 7}` })));
        const send = (body, compression, headers) => http.post("/", body, { compression, headers });
        export default function () {
            for (const one of ["gzip", "deflate", "br", "zstd"]) send(text, one);
            send(text, "gzip, br");
            send(new Uint8Array([1, 2, 3]).buffer, "gzip");
            send("", "gzip");
            send(text, "gzip", { "content-encoding": "mine" });
            http.get("/", { compression: "gzip" });
            let refused = "";
            try { send(text, "lzma") } catch (error) { refused = String(error) }
            check(refused, { "an unknown one is an error": (text) => text.includes(`"lzma"`) && text.includes("zstd") });
        }
    "#;
    let got = sent_by(script, "1");
    let items = (0..500).map(|n| format!(r#"{{"item":{n},"name":"größe {}"}}"#, n % 7));
    let text = format!("[{}]", items.collect::<Vec<_>>().join(",")).into_bytes();
    for ((encoding, body), expected) in got.iter().zip(["gzip", "deflate", "br", "zstd"]) {
        assert_eq!(encoding, expected);
        assert_eq!(decompressed(encoding, body), text, "{encoding}");
        assert!(body.len() * 3 < text.len(), "{encoding}: {} bytes", body.len());
    }
    let [twice, bytes, empty, own, none] = &got[4..] else {
        panic!("{} requests", got.len())
    };
    assert_eq!(twice.0, "gzip, br");
    assert_eq!(decompressed("gzip", &decompressed("br", &twice.1)), text);
    assert_eq!(decompressed("gzip", &bytes.1), [1, 2, 3]);
    assert_eq!(decompressed("gzip", &empty.1), b"");
    assert_eq!(own.0, "mine", "a header of one's own stays");
    assert_eq!(decompressed("gzip", &own.1), text);
    assert_eq!(*none, (String::new(), Vec::new()));
}

#[test]
fn a_body_that_is_shared_is_the_same_for_every_request_and_user() {
    let script = r#"
        import k6 from "k6/http";
        import { check } from "k6";
        import { http } from "wasmswarm";
        const text = http.share("ä".repeat(100_000));
        const bytes = http.share(new Uint8Array(300_000).fill(7));
        export default function () {
            k6.post("/", text);
            http.put("/", { body: bytes });
            k6.batch([["POST", "/", bytes], ["POST", "/", "own"]]);
            http.all([{ url: "/", method: "POST", body: text }, { url: "/" }]);
            const compressed = k6.post("/", text, { compression: "gzip" });
            check(k6.post("/", text), {
                "a response tells what was sent": (r) => r.request.body.length === 100_000 && r.proto === "HTTP/1.1",
                "there is no TLS": (r) => r.tls_version === "" && r.tls_cipher_suite === "",
            });
            let refused = "";
            try { http.share({ a: 1 }) } catch (error) { refused = String(error) }
            check(refused, { "an object is no body": (text) => text.includes("http.share") });
        }
    "#;
    let mut got = sent_by(script, "3");
    let (text, bytes) = ("ä".repeat(100_000).into_bytes(), vec![7; 300_000]);
    let plain = got.extract_if(.., |(encoding, _)| encoding.is_empty());
    let mut bodies: Vec<_> = plain.map(|(_, body)| body).collect();
    bodies.sort();
    let one = [
        text.clone(),
        text.clone(),
        text.clone(),
        bytes.clone(),
        bytes,
        b"own".to_vec(),
        Vec::new(),
    ];
    let mut expected: Vec<_> = (0..3).flat_map(|_| one.clone()).collect();
    expected.sort();
    assert!(
        bodies == expected,
        "{:?}",
        bodies.iter().map(Vec::len).collect::<Vec<_>>()
    );
    assert_eq!(got.len(), 3);
    assert!(
        got.iter()
            .all(|(encoding, body)| decompressed(encoding, body) == text)
    );
}

#[test]
fn a_group_runs_whatever_its_name() {
    let script = r#"
        import { check, group } from "k6";
        const names = ["", "a, b", "a::b", "x".repeat(300), "line\nbreak", "größe", 17];
        export default function () {
            const ran = names.filter((name) => group(name, () => true));
            check(ran, { "all of them": (ran) => ran.length === names.length });
        }
    "#;
    assert_eq!(sent_by(script, "1"), []);
}
