//! The smallest scenario: every visitor asks for the front page, again and again.
use wasmswarm_sdk::prelude::*;

#[derive(Default)]
struct Visitor;

#[scenario(wait = between(0.01, 0.05))]
impl Visitor {
    #[task]
    fn front_page(&self) -> Result {
        http::get("/").discard().send()?;
        Ok(())
    }
}

plugin!(Visitor);
