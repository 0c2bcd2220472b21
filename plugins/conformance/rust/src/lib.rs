//! The conformance scenario (see the README one folder up) with the Rust SDK.

use serde::Deserialize;
use std::collections::HashSet;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use wasmswarm_sdk::prelude::*;

const CART_VALUE: Trend = Trend::new("cart_value");
const CARTS: Counter = Counter::new("carts");
const LEVEL: Gauge = Gauge::new("level");
const ODD: Rate = Rate::new("odd");

/// One row of the data set `items`.
#[derive(Deserialize)]
struct Row {
    item: u64,
}

fn item() -> Result<u64> {
    Ok(data::sequential::<Row>("items")?.item)
}

#[derive(Default)]
struct Shopper;

#[derive(Deserialize)]
struct Login {
    token: String,
}

#[derive(Deserialize)]
struct Item {
    id: u64,
}

#[derive(Deserialize)]
struct Cart {
    total_cents: u64,
}

#[derive(Deserialize)]
struct Problem {
    error: String,
}

#[derive(Deserialize)]
struct Redirects {
    redirects: String,
}

#[scenario(weight = 3)]
impl Shopper {
    #[on_start]
    fn log_in(&mut self, data: String) -> Result {
        check!("setup data arrives", data.contains("from setup"));
        shared::add("starts", 1);
        let user = format!("shopper-{}", vu::id());
        let response = http::post("/login")
            .json(&json!({ "user": user, "password": "secret" }))
            .send()?;
        let token = response.json::<Login>()?.token;
        check!("logged in", response.status() == 200 && !token.is_empty());
        Ok(())
    }

    #[task(weight = 4, tags = ["kind=read"])]
    fn browse(&self) -> Result {
        let item = item()?;
        let response = http::get(format!("/items/{item}")).name("/items/{id}").send()?;
        check!("item is the one asked for", response.json::<Item>()?.id == item);
        Ok(())
    }

    #[task(weight = 2, tags = ["kind=write"])]
    fn cart(&self) -> Result {
        group("purchase", || {
            let response = http::post("/cart")
                .json(&json!({ "item": item()?, "quantity": 2 }))
                .send()?;
            let total = response.json::<Cart>()?.total_cents;
            check!("cart has a total", response.status() == 201 && total > 0);
            CART_VALUE.add(total as f64 / 100.0);
            CARTS.increment();
            Ok(())
        })
    }

    #[task]
    fn wrong_body(&self) -> Result {
        let response = http::get("/api/notes/1?broken=1").name("broken note").send()?;
        response.fail(&response.json::<Problem>()?.error);
        Ok(())
    }

    #[task]
    fn parallel(&self) -> Result {
        let responses = http::batch([
            http::get("/bytes/10").name("/bytes/{n}"),
            http::get("/bytes/20").name("/bytes/{n}"),
            http::get("/status/404").expect_status(404),
        ]);
        let [ten, twenty, missing] = responses.try_into().map_err(|_| "three responses, please")?;
        let sizes = (ten?.bytes().len(), twenty?.bytes().len());
        check!("sizes are right", sizes == (10, 20) && missing?.status() == 404);
        Ok(())
    }

    #[task]
    fn redirects(&self) -> Result {
        let end = http::get("/redirect/2").name("redirect").send()?;
        let body = end.json::<Redirects>()?;
        check!("redirects end", end.status() == 200 && body.redirects == "done");
        let seen = http::get("/redirect/1").name("redirect").redirects(0).send()?;
        let location = seen.header("location");
        check!(
            "redirect is seen",
            seen.status() == 302 && location.as_deref() == Some("/redirect/0")
        );
        Ok(())
    }

    #[task]
    fn fails(&self) -> Result {
        bail!("on purpose")
    }
}

#[derive(Default)]
struct Once;

#[scenario(fixed = 1, order = "sequential")]
impl Once {
    #[task]
    fn hello(&self) -> Outcome {
        let greeting = params::get("greeting");
        check!(
            "parameter arrives",
            greeting.as_deref() == Some("hello"),
            [("part", "params")]
        );
        LEVEL.set(7);
        ODD.add(vu::iteration() % 2 == 1);
        info!("hello from Rust");
        let next = match params::get("surroundings").as_deref() {
            Some("yes") => "surroundings",
            _ => "goodbye",
        };
        Outcome::next(next).wait(0.001)
    }

    #[task]
    fn goodbye(&self) {
        match params::get("abort").as_deref() {
            Some("yes") => vu::abort("asked to"),
            Some("panic") => crash(),
            _ => (),
        }
    }

    #[task(weight = 0)]
    fn surroundings(&self) -> Result {
        let numbers: HashSet<u64> = (0..50).map(|_| random::range(0..=u64::MAX / 2)).collect();
        check!("random numbers differ", numbers.len() == 50);
        clocks()?;
        jars()?;
        let refused = http::get("http://127.0.0.9:1/").send();
        let reason = refused.err().map(|error| error.reason().to_owned());
        check!(
            "the reason is said",
            reason.is_some_and(|text| text.contains("127.0.0.9"))
        );
        let body = http::share(vec![b'x'; 50_000])?;
        for _ in 0..2 {
            http::post("/upload").shared_body(&body).send()?;
        }
        shared::add("starts", 1);
        Ok(())
    }
}

#[derive(Deserialize)]
struct Clock {
    ms: u64,
}

fn clocks() -> Result {
    let server = http::get("clock").send()?.json::<Clock>()?.ms;
    let own = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as u64;
    check!("the wall clock is right", own.abs_diff(server) < 5_000);
    let (own, run) = (Instant::now(), vu::now());
    vu::sleep(0.03);
    let run = vu::now() - run;
    let own = own.elapsed();
    let agree = own + Duration::from_millis(1) >= run && own < run + Duration::from_secs(5);
    check!("clocks agree", run >= Duration::from_millis(30) && agree);
    Ok(())
}

fn jars() -> Result {
    http::get("/set").send()?;
    let seen = cookies::matching("/deep/x");
    let seen: Vec<_> = seen.iter().map(|c| (c.name.as_str(), c.value.as_str())).collect();
    check!("cookies are read in order", seen == [("b", "2"), ("a", "1")]);
    cookies::set("/", "c=3; Path=/base");
    cookies::delete("/", "a");
    http::get("/deep/x").send()?;
    let jar = cookies::Jar::new();
    jar.set("/", "j=4; Path=/base");
    http::get("/deep/x").jar(&jar).send()?;
    http::get("/deep/x").no_cookies().send()?;
    Ok(())
}

#[expect(
    clippy::panic,
    reason = "the contract asks for a crash, in the language's own way"
)]
fn crash() {
    panic!("crash on purpose");
}

fn prepare() -> Result<String> {
    Ok("from setup".to_owned())
}

fn conclude() -> Result {
    if shared::total("starts") == 0 {
        bail!("no VU ever started");
    }
    Ok(())
}

plugin!(
    Shopper,
    Once,
    about = "conformance in Rust",
    defaults = Defaults::new().users(4),
    setup = prepare,
    teardown = conclude
);
