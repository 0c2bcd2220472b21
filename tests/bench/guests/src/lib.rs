//! The scenarios that the benchmark runs: the same GET in the two ways that matter, the
//! same one paced, and VUs that only exist.

use wasmswarm_sdk::prelude::*;

/// Takes the status only.
#[derive(Default)]
struct Status;

#[scenario(name = "status")]
impl Status {
    #[task]
    fn get(&self) -> Result {
        http::get("/").discard().send()?;
        Ok(())
    }
}

/// Takes headers and body into the guest.
#[derive(Default)]
struct Full;

#[scenario(name = "full")]
impl Full {
    #[task]
    fn get(&self) -> Result {
        let response = http::get("/").send()?;
        let taken = response.headers().len() + response.bytes().len();
        std::hint::black_box(taken);
        Ok(())
    }
}

/// One request per second.
#[derive(Default)]
struct Paced;

#[scenario(name = "paced", wait = pacing(1.0))]
impl Paced {
    #[task]
    fn get(&self) -> Result {
        http::get("/").discard().send()?;
        Ok(())
    }
}

/// No request at all: what a VU costs by being there.
#[derive(Default)]
struct Idle;

#[scenario(name = "idle", wait = constant(3600.0))]
impl Idle {
    #[task]
    fn nothing(&self) -> Result {
        Ok(())
    }
}

/// One request, then silence: a VU with its connection.
#[derive(Default)]
struct Once;

#[scenario(name = "once", wait = constant(3600.0))]
impl Once {
    #[task]
    fn get(&self) -> Result {
        http::get("/").discard().send()?;
        Ok(())
    }
}

/// A thousand host calls that do next to nothing, for the micro-benchmarks.
#[derive(Default)]
struct Calls;

#[scenario(name = "calls")]
impl Calls {
    #[task]
    fn thousand(&self) -> Result {
        for _ in 0..1000 {
            std::hint::black_box(vu::now());
        }
        Ok(())
    }
}

plugin!(Status, Full, Paced, Idle, Once, Calls);
