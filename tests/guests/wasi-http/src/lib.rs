//! One VU's requests with the client of `wstd`, one task after the other, and one scenario for each way in which they
//! can go wrong. What comes back is checked here, what was counted is checked by `tests/wasi_http.rs`.

wit_bindgen::generate!({ path: "../../../wit", world: "plugin" });

mod hoard;

use exports::wasmswarm::scenario::scenario::{
    Description, Guest, LoadTarget, NextTask, NextWait, Outcome, Population, ScenarioInfo, TaskInfo,
    TaskOrder, WaitTime,
};
use futures_lite::future::{poll_once, zip};
use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;
use wasmswarm::scenario::checks::check;
use wasmswarm::scenario::http as host;
use wasmswarm::scenario::{params, vu};
use wstd::http::{Body, Client, Method, Request, Response};
use wstd::runtime::block_on;

type Error = Box<dyn std::error::Error>;

/// Tasks in order, by scenario.
const SCENARIOS: [(&str, &[&str]); 6] = [
    (
        "client",
        &[
            "get", "post", "parallel", "gzip", "redirect", "session", "mixed", "missing",
        ],
    ),
    ("denied", &["foreign"]),
    ("slow", &["limited"]),
    ("careless", &["let-go"]),
    ("greedy", &["too-many"]),
    ("hoarder", hoard::TASKS),
];

/// A request to the run's host, under a name.
fn request(method: Method, path: &str, name: &str, body: impl Into<Body>) -> Result<Request<Body>, Error> {
    let url = format!("{}{path}", params::get("URL").unwrap_or_default());
    let request = Request::builder().method(method).uri(url);
    let request = if name.is_empty() {
        request
    } else {
        request.header("x-wasmswarm-name", name)
    };
    Ok(request.header("x-own", "kept").body(body.into())?)
}

async fn get(path: &str, name: &str) -> Result<Response<Body>, Error> {
    Ok(Client::new()
        .send(request(Method::GET, path, name, Body::empty())?)
        .await?)
}

async fn text(response: Response<Body>) -> Result<String, Error> {
    Ok(response.into_body().str_contents().await?.to_owned())
}

async fn run(task: &str) -> Result<(), Error> {
    match task {
        "get" => {
            let body = text(get("/items/7?colour=red", "/items/{id}").await?).await?;
            check("the item came", body.contains("\"id\":7"), &[]);
        }
        "post" => {
            let request = request(Method::POST, "/echo", "", "{\"half\": 1}")?;
            let echo = text(Client::new().send(request).await?).await?;
            let arrived = [
                "{\\\"half\\\": 1}",
                "[\"x-own\",\"kept\"]",
                "[\"content-length\",\"11\"]",
            ];
            check(
                "all of it arrived",
                arrived.iter().all(|part| echo.contains(part)),
                &[],
            );
            check("the name wasn't sent", !echo.contains("x-wasmswarm-name"), &[]);
        }
        "parallel" => {
            let (ten, (twenty, thirty)) = zip(
                get("/bytes/10", ""),
                zip(get("/bytes/20", ""), get("/bytes/30000", "")),
            )
            .await;
            let lengths = [
                text(ten?).await?.len(),
                text(twenty?).await?.len(),
                text(thirty?).await?.len(),
            ];
            check("all bytes came", lengths == [10, 20, 30_000], &[]);
        }
        "gzip" => {
            let response = get("/gzip", "").await?;
            let is_plain = !response.headers().contains_key("content-encoding");
            check(
                "it came unpacked",
                is_plain && text(response).await? == "{\"gzipped\":true}",
                &[],
            );
        }
        "redirect" => {
            let response = get("/redirect/1", "redirect").await?;
            let to = response
                .headers()
                .get("location")
                .map(|to| to.as_bytes().to_vec());
            check(
                "it isn't followed",
                response.status() == 302 && to.as_deref() == Some(b"/redirect/0"),
                &[],
            );
        }
        "session" => {
            let login = request(
                Method::POST,
                "/login",
                "",
                "{\"user\":\"ann\",\"password\":\"secret\"}",
            )?;
            Client::new().send(login).await?;
            check(
                "the VU has its cookie",
                get("/cart", "").await?.status() == 200,
                &[],
            );
        }
        "mixed" => mixed().await?,
        "missing" => check_status(get("/status/404", "").await?.status().as_u16(), 404),
        "foreign" => {
            let request = Request::get("http://127.0.0.2:1/secret").body(Body::empty())?;
            let error = Client::new()
                .send(request)
                .await
                .err()
                .map(|error| format!("{error:?}"));
            check(
                "refuses a foreign host",
                error.is_some_and(|error| error.contains("Denied")),
                &[],
            );
        }
        "limited" => {
            let mut client = Client::new();
            client.set_first_byte_timeout(Duration::from_millis(100));
            let answer = client.send(request(Method::GET, "/", "", Body::empty())?).await;
            let error = answer.err().map(|error| format!("{error:?}"));
            check(
                "keeps the client's limit",
                error.is_some_and(|error| error.contains("Timeout")),
                &[],
            );
        }
        "let-go" => {
            let mut left = std::pin::pin!(get("/bytes/5", ""));
            check(
                "it isn't there at once",
                poll_once(left.as_mut()).await.is_none(),
                &[],
            );
        }
        "too-many" => {
            let mut waiting: Vec<_> = (0..70).map(|_| Box::pin(get("/bytes/1", ""))).collect();
            let (mut answered, mut refused) = (0, 0);
            poll_fn(|cx| {
                waiting.retain_mut(|one| match one.as_mut().poll(cx) {
                    Poll::Pending => true,
                    Poll::Ready(answer) => {
                        *if answer.is_ok() {
                            &mut answered
                        } else {
                            &mut refused
                        } += 1;
                        false
                    }
                });
                if waiting.is_empty() {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
            check("six too many are refused", (answered, refused) == (64, 6), &[]);
        }
        other => {
            let hoarded = hoard::run(other).await;
            return hoarded.unwrap_or_else(|| Err(format!("no task {other}").into()));
        }
    }
    Ok(())
}

fn check_status(status: u16, expected: u16) {
    check("the status is the server's", status == expected, &[]);
}

/// The contract's own requests and pauses while a standard one is under way.
async fn mixed() -> Result<(), Error> {
    let own = async {
        vu::sleep(1_000);
        let own = |url: &str| host::Request {
            method: "GET".into(),
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            name: String::new(),
            tags: Vec::new(),
            timeout: 0,
            redirects: host::RedirectPolicy::Inherit,
            expected: Vec::new(),
            keep: host::KeepPolicy::All,
        };
        let one = host::send(&own("/catalogue")).is_ok_and(|response| response.status == 200);
        let two = host::send_all(&[own("/"), own("/search?q=mug")]);
        one && two
            .iter()
            .all(|answer| matches!(answer, Ok(response) if response.status == 200))
    };
    let (standard, own) = zip(get("/bytes/40", ""), own).await;
    check("both kinds came", own && text(standard?).await?.len() == 40, &[]);
    Ok(())
}

struct Plugin;

impl Guest for Plugin {
    fn describe() -> Result<Description, String> {
        let task = |name: &&str| TaskInfo {
            name: (*name).into(),
            weight: 1,
            tags: vec!["by=wstd".into()],
        };
        let scenario = |(name, tasks): (&str, &[&str])| ScenarioInfo {
            name: name.into(),
            population: Population::Weight(1),
            order: TaskOrder::Sequential,
            wait: WaitTime::None,
            tasks: tasks.iter().map(task).collect(),
        };
        Ok(Description {
            about: "Requests with a standard client".into(),
            scenarios: SCENARIOS.map(scenario).into(),
            options: String::new(),
            shape: false,
        })
    }

    /// What is sent here is no load.
    fn setup() -> Result<Vec<u8>, String> {
        let status = block_on(get("/", "")).map(|response| response.status());
        let fine = matches!(status, Ok(status) if status == 200) || params::get("SETUP").is_none();
        if fine {
            Ok(Vec::new())
        } else {
            Err(format!("{status:?}"))
        }
    }

    fn run_task(scenario: u32, task: u32) -> Result<Outcome, String> {
        let name = SCENARIOS[scenario as usize].1[task as usize];
        block_on(run(name)).map_err(|error| format!("{name}: {error}"))?;
        Ok(Outcome {
            next: NextTask::Scheduled,
            wait: NextWait::Scheduled,
        })
    }

    fn teardown(_: Vec<u8>) -> Result<(), String> {
        Ok(())
    }

    fn setup_scenario(_: u32, _: Vec<u8>) -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }

    fn teardown_scenario(_: u32, _: Vec<u8>) -> Result<(), String> {
        Ok(())
    }

    fn shape(_: u64, _: u32) -> Result<LoadTarget, String> {
        Ok(LoadTarget::Stop)
    }

    fn on_start(_: u32, _: Vec<u8>, _: Vec<u8>) -> Result<(), String> {
        Ok(())
    }

    fn on_stop(_: u32) -> Result<(), String> {
        Ok(())
    }
}

export!(Plugin);
