//! A guest's wish to let time pass.

use super::host_call::HostCall;
use crate::http::Client;
use std::time::Instant;

/// Waits until then. A stop doesn't cut it short: else all that a guest still has to do would come at once.
pub(super) struct Pause(pub(super) Instant);

impl HostCall for Pause {
    type Answer = ();

    async fn run(&self, client: &mut Client) {
        self.run_beside(client).await;
    }

    async fn run_beside(&self, _: &Client) {
        if self.0 <= Instant::now() {
            // A guest that sleeps for no time, again and again, must not keep its thread.
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep_until(self.0.into()).await;
        }
    }
}
