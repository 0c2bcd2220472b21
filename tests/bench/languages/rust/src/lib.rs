//! One GET and a check.

use wasmswarm_sdk::prelude::*;

#[derive(Default)]
struct Get;

#[scenario]
impl Get {
    #[task]
    fn get(&self) -> Result {
        let response = http::get("/").send()?;
        check!("status is 200", response.status() == 200);
        Ok(())
    }
}

plugin!(Get);
