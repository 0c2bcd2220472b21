//! One VU's HTTP client: what the rest of the program sends requests with. The way of a request is `redirect.rs` and
//! `agent.rs`.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::agent::Agent;
use super::batch;
use super::cookies::Cookies;
use super::outcome::HttpOutcome;
use super::redirect;
use super::request::Request;
use super::request_trace::RequestTrace;
use super::transport::Transport;
use crate::net::Deadline;
use crate::system::memory::Account;

/// One VU's HTTP client. Stays on the runtime that it first sent a request on.
#[derive(Debug)]
pub struct Client {
    deadline: Deadline,
    agent: Agent,
}

impl Client {
    /// A client without connections for the VU of this number, which picks its source address.
    pub fn new(transport: Arc<Transport>, vu: u64) -> Client {
        Client {
            deadline: Deadline::default(),
            agent: Agent::new(transport, vu),
        }
    }

    /// Counts what responses and cookies hold against this account from now on.
    pub fn charge_to(&mut self, account: &Arc<Account>) {
        self.agent.cookies.charge_to(account);
        self.agent.account = Some(Arc::clone(account));
    }

    /// Sends a request, follows redirects, and waits for the whole response. Dropping the future closes the
    /// connection in use; the client stays usable.
    pub async fn send(&mut self, request: &Request<'_>) -> HttpOutcome {
        let mut trace = RequestTrace::start();
        let limit = request.timeout.unwrap_or(self.agent.transport.timeout);
        let until = trace.hop.exchange.started + limit;
        let result = {
            let run = pin!(redirect::run(&self.agent, request, &mut trace));
            self.deadline.limit(until.into(), run).await
        };
        trace.conclude(result, request, &self.agent.transport)
    }

    /// Sends requests at once and waits for all; the outcomes are in their order.
    pub async fn send_all(&self, requests: &[Request<'_>]) -> Vec<HttpOutcome> {
        Box::pin(batch::send_all(&self.agent, requests)).await
    }

    /// As [`send`](Self::send), while other requests of this client may be under way.
    pub async fn send_beside(&self, request: &Request<'_>) -> HttpOutcome {
        Box::pin(batch::send(&self.agent, request)).await
    }

    /// How long an exchange may take that has this limit of its own.
    pub fn limit(&self, own: Option<Duration>) -> Duration {
        own.unwrap_or(self.agent.transport.timeout)
    }

    /// Its jars, which the guest may look into.
    pub fn cookies(&self) -> Arc<Cookies> {
        Arc::clone(&self.agent.cookies)
    }

    /// Goes on without the cookies that it has.
    pub fn forget_cookies(&mut self) {
        self.agent.cookies.clear(0);
    }

    /// Goes on without the connections that it has.
    pub fn forget_connections(&mut self) {
        self.agent.pool.clear();
    }

    /// Starts a new life: no connections, no cookies.
    pub fn reset(&mut self) {
        self.agent.pool.clear();
        self.agent.cookies.reset();
        self.deadline = Deadline::default();
    }
}
