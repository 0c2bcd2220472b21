//! A load shape of its own: users in steps, two seconds each.
use wasmswarm_sdk::prelude::*;

/// Users of each step.
const STEPS: [u32; 3] = [5, 15, 3];

/// Asked once a second; nothing ends the run.
fn steps(now: Moment) -> Option<Target> {
    let step = usize::try_from(now.elapsed.as_secs() / 2).ok()?;
    STEPS.get(step).copied().map(Target::users)
}

#[derive(Default)]
struct Visitor;

#[scenario(wait = pacing(0.1))]
impl Visitor {
    #[task]
    fn front_page(&self) -> Result {
        http::get("/").discard().send()?;
        Ok(())
    }
}

plugin!(Visitor, shape = steps);
