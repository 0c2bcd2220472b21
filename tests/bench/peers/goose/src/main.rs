//! Goose doing the benchmark's work: GET / on a kept-alive connection. `THINK_MS` adds a
//! pause, so that each user makes one request per second.

use std::time::Duration;

use goose::prelude::*;

#[tokio::main]
async fn main() -> Result<(), GooseError> {
    let think = std::env::var("THINK_MS").ok().and_then(|ms| ms.parse().ok()).unwrap_or(0);
    let pause = Duration::from_millis(think);
    let mut scenario = scenario!("get").register_transaction(transaction!(get));
    if think > 0 {
        scenario = scenario.set_wait_time(pause, pause)?;
    }
    GooseAttack::initialize()?.register_scenario(scenario).execute().await?;
    Ok(())
}

async fn get(user: &mut GooseUser) -> TransactionResult {
    let _response = user.get("").await?;
    Ok(())
}
