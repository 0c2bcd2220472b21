//! The cases. Most end in a trap; the rest check, with a named check, that what they
//! tried was refused.

use crate::exports::wasmswarm::scenario::scenario::NextTask;
use crate::wasmswarm::scenario::checks::check;
use crate::wasmswarm::scenario::http::{self, ErrorCode, KeepPolicy, RedirectPolicy, Request};
use crate::wasmswarm::scenario::metrics::{self, MetricType};
use crate::wasmswarm::scenario::{log, params, vu};
use crate::{
    cpu_cases, data_cases, greedy_cases, pause_cases, print_cases, scheduled, shared_cases, tag_cases,
};
use std::cell::Cell;
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};

/// One scenario.
pub struct Case {
    pub name: &'static str,
    /// Number of tasks; the n-th has weight n.
    pub tasks: u32,
    pub run: fn(u32) -> Result<NextTask, String>,
}

pub const CASES: &[Case] = &[
    one("steady", steady),
    one("loop", |_| spin()),
    one("host-loop", |_| {
        loop {
            std::hint::black_box(vu::now());
        }
    }),
    one("refused-sends", |_| cpu_cases::refused_sends()),
    one("refused-batches", |_| cpu_cases::refused_batches()),
    one("foreign-sends", |_| cpu_cases::foreign_sends()),
    one("no-pauses", |_| cpu_cases::no_pauses()),
    one("copies", |_| cpu_cases::copies()),
    one("greedy-log", |_| greedy_cases::log()),
    one("greedy-metrics", |_| greedy_cases::metrics()),
    one("greedy-connections", |_| greedy_cases::connections()),
    one("greedy-decompression", |_| greedy_cases::decompression()),
    one("start-loop", steady),
    one("start-error", steady),
    one("stop-trap", steady),
    one("grow", grow),
    one("recurse", |_| Err(deeper(0).to_string())),
    one("panic", |_| panic!("on purpose\u{1b}[31m")),
    one("exit", |_| std::process::exit(3)),
    one("fail", |_| {
        Err("refused\u{1b}[31m in red\r\nand on a second line".into())
    }),
    one("million-lines", million_lines),
    one("gigabyte-line", gigabyte_line),
    one("header-injection", header_injection),
    one("foreign-host", foreign_host),
    one("files", files),
    one("socket", socket),
    one("wrong-task", |_| Ok(NextTask::Task(99))),
    one("stale-response", stale_response),
    one("unknown-response", |_| Err(http::body(987_654).len().to_string())),
    one("sleeper", |_| {
        vu::sleep(3_600_000_000);
        Ok(scheduled())
    }),
    one("big-body", big_body),
    one("many-metrics", many_metrics),
    one("abort", |_| {
        vu::abort("seen enough\u{1b}[31m");
        Ok(scheduled())
    }),
    one("leave", |_| {
        steady(0)?;
        Ok(NextTask::Stop)
    }),
    Case {
        name: "sequence",
        tasks: 5,
        run: sequence,
    },
    one("get", get_param),
    one("rows", data_cases::rows),
    one("rows-shuffled", data_cases::shuffled),
    one("rows-per-vu", data_cases::per_vu),
    one("rows-random", data_cases::random),
    one("rows-missing", data_cases::missing),
    one("count", shared_cases::count),
    one("hand-out", shared_cases::hand_out),
    one("leaders", shared_cases::leaders),
    one("hoard", shared_cases::hoard),
    one("bad-name", shared_cases::bad_name),
    Case {
        name: "tagged",
        tasks: 2,
        run: tag_cases::tagged,
    },
    one("deep-groups", tag_cases::deep),
    one("stray-leave", tag_cases::stray_leave),
    one("odd-group-name", tag_cases::odd_name),
    one("prints", print_cases::prints),
    one("panics", print_cases::panics),
    one("panics-differently", print_cases::panics_differently),
    one("misuses", print_cases::misuses),
    one("last-words", print_cases::last_words),
    one("exits", print_cases::exits),
    one("floods", print_cases::floods),
    one("pauses", pause_cases::pauses),
    one("draws", pause_cases::draws),
];

const fn one(name: &'static str, run: fn(u32) -> Result<NextTask, String>) -> Case {
    Case { name, tasks: 1, run }
}

pub fn spin() -> ! {
    loop {
        std::hint::black_box(());
    }
}

pub fn request(url: &str, name: &str) -> Request {
    Request {
        method: "GET".into(),
        url: url.into(),
        headers: Vec::new(),
        body: Vec::new(),
        name: name.into(),
        tags: Vec::new(),
        timeout: 0,
        redirects: RedirectPolicy::Inherit,
        expected: Vec::new(),
        keep: KeepPolicy::All,
    }
}

fn steady(_: u32) -> Result<NextTask, String> {
    let answer = http::send(&request("/", ""));
    check(
        "steady answers",
        matches!(answer, Ok(response) if response.status == 200),
        &[],
    );
    Ok(scheduled())
}

/// Requests whatever the operator says; the outcome is only in the figures.
fn get_param(_: u32) -> Result<NextTask, String> {
    let url = params::get("URL").unwrap_or_else(|| "/".into());
    let name = params::get("NAME").unwrap_or_else(|| "get".into());
    let _ = http::send(&request(&url, &name));
    Ok(scheduled())
}

fn grow(_: u32) -> Result<NextTask, String> {
    let mut hoard = Vec::new();
    loop {
        hoard.push(vec![1_u8; 1 << 20]);
        std::hint::black_box(&hoard);
    }
}

/// Without a frame in its own memory, so that the host's stack is what runs out.
#[inline(never)]
fn deeper(depth: u64) -> u64 {
    if depth == u64::MAX {
        return 0;
    }
    deeper(depth + 1).wrapping_mul(3) ^ depth
}

fn million_lines(_: u32) -> Result<NextTask, String> {
    for n in 0..1_000_000 {
        log::write(log::Level::Info, if n % 2 == 0 { "even" } else { "odd" });
    }
    Ok(scheduled())
}

fn gigabyte_line(_: u32) -> Result<NextTask, String> {
    // SAFETY: none. A guest can claim any length; the host must not believe it.
    let line = unsafe {
        std::str::from_utf8_unchecked(std::slice::from_raw_parts(
            std::hint::black_box(1024 as *const u8),
            1 << 30,
        ))
    };
    log::write(log::Level::Error, line);
    Ok(scheduled())
}

fn header_injection(_: u32) -> Result<NextTask, String> {
    for (name, value) in [
        ("x-a", "1\r\nx-b: 2"),
        ("x-a", "1\nx-b: 2"),
        ("x-a", "1\0"),
        ("x-a\r\nx-b", "1"),
        ("x a", "1"),
        ("", "1"),
        (":authority", "other.example"),
        ("transfer-encoding:", "chunked"),
    ] {
        let mut forged = request("/", "forged");
        forged.headers.push((name.into(), value.into()));
        check(
            "refuses a forged header",
            http::send(&forged) == Err(ErrorCode::InvalidRequest),
            &[],
        );
    }
    let mut forged = request("/", "forged");
    forged.method = "GET / HTTP/1.1\r\nx:".into();
    check(
        "refuses a forged method",
        http::send(&forged) == Err(ErrorCode::InvalidRequest),
        &[],
    );
    Ok(scheduled())
}

fn foreign_host(_: u32) -> Result<NextTask, String> {
    for url in [
        "http://other.example/",
        "http://127.0.0.1:1/",
        "http://127.0.0.1@other.example/",
        "http://[::1]/",
        "http://2130706433:1/",
        "http://other.example\\@127.0.0.1/",
    ] {
        check(
            "refuses a foreign host",
            http::send(&request(url, "foreign")) == Err(ErrorCode::HostNotAllowed),
            &[],
        );
    }
    check(
        "refuses other schemes",
        http::send(&request("file:///etc/passwd", "foreign")) == Err(ErrorCode::InvalidUrl),
        &[],
    );
    Ok(scheduled())
}

fn files(_: u32) -> Result<NextTask, String> {
    check("reads no file", std::fs::read("/etc/passwd").is_err(), &[]);
    check(
        "lists no folder",
        std::fs::read_dir("/").is_err() && std::fs::read_dir(".").is_err(),
        &[],
    );
    check(
        "writes no file",
        std::fs::write("/tmp/wasmswarm-was-here", "x").is_err(),
        &[],
    );
    check("has no environment", std::env::vars().count() == 0, &[]);
    check("has no arguments", std::env::args().count() == 0, &[]);
    println!("nobody sees this");
    Ok(scheduled())
}

fn socket(_: u32) -> Result<NextTask, String> {
    let address = params::get("ADDRESS").ok_or("needs -e ADDRESS=…")?;
    check("connects nowhere", TcpStream::connect(&address).is_err(), &[]);
    check("listens nowhere", TcpListener::bind("127.0.0.1:0").is_err(), &[]);
    check(
        "sends nowhere",
        UdpSocket::bind("127.0.0.1:0")
            .and_then(|s| s.send_to(b"x", &address))
            .is_err(),
        &[],
    );
    check("resolves nothing", "localhost:80".to_socket_addrs().is_err(), &[]);
    Ok(scheduled())
}

fn stale_response(_: u32) -> Result<NextTask, String> {
    thread_local!(static KEPT: Cell<Option<u64>> = const { Cell::new(None) });
    if let Some(stale) = KEPT.get() {
        return Err(format!("{} bytes", http::body(stale).len()));
    }
    let answer = http::send(&request("/", "")).map_err(|e| format!("{e:?}"))?;
    KEPT.set(Some(answer.id));
    Ok(scheduled())
}

fn big_body(_: u32) -> Result<NextTask, String> {
    let mut big = request("/echo", "big");
    big.method = "POST".into();
    big.body = vec![b'x'; (16 << 20) + 1];
    check(
        "refuses a big body",
        http::send(&big) == Err(ErrorCode::InvalidRequest),
        &[],
    );
    Ok(scheduled())
}

fn many_metrics(_: u32) -> Result<NextTask, String> {
    metrics::add("finite", MetricType::Trend, f64::NAN, &[]);
    metrics::add("finite", MetricType::Trend, -1.0, &[]);
    for n in 0..20_000 {
        metrics::add(&format!("metric {n}"), MetricType::Counter, 1.0, &[]);
    }
    Ok(scheduled())
}

/// Tells the server which VU ran which task as its how-manieth.
fn sequence(task: u32) -> Result<NextTask, String> {
    let me = vu::current();
    let url = format!(
        "/seen?vu={}&n={}&task={task}&random={}&index={}",
        me.id,
        me.iteration,
        vu::random(),
        me.iteration_index
    );
    http::send(&request(&url, "seen")).map_err(|e| format!("{e:?}"))?;
    Ok(scheduled())
}
