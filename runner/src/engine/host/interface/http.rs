//! `wasmswarm:scenario/http`: what a guest sends, and what it asks of the responses. The engine is `crate::http`.

use crate::engine::host::bindings::http::{self, ErrorCode, Request, Response, Timings};
use crate::engine::host::http::bodies::SharedBody;
use crate::engine::host::limits;
use crate::engine::host::state::VuState;
use crate::metrics::with_shard;
use std::borrow::Cow;

/// Stands for a request's own body among the numbers of shared ones.
const OWN_BODY: u64 = u64::MAX;

/// What the guest is told of a request that it sent.
type Sent = wasmtime::Result<Result<Response, ErrorCode>>;

impl VuState {
    /// The body of this number, for a request that has none of its own.
    fn shared_body(&self, request: &Request, body: u64) -> wasmtime::Result<SharedBody> {
        if !request.body.is_empty() {
            return Err(wasmtime::format_err!(
                "a request with a shared body has another of its own"
            ));
        }
        self.http.bodies.find(body)
    }
}

impl http::Host for VuState {
    // These two are no `async fn`s: what they return is allocated for each request, and needn't hold it.
    fn send(&mut self, request: Request) -> impl Future<Output = Sent> + Send {
        let left = self.require_run().map(|()| self.send_one(request, None));
        async move {
            match left? {
                Ok(()) => Ok(self.sent_one().await),
                Err(refused) => Ok(Err(refused)),
            }
        }
    }

    fn send_shared(&mut self, request: Request, body: u64) -> impl Future<Output = Sent> + Send {
        let left = self
            .require_run()
            .and_then(|()| self.shared_body(&request, body))
            .map(|body| self.send_one(request, Some(body)));
        async move {
            match left? {
                Ok(()) => Ok(self.sent_one().await),
                Err(refused) => Ok(Err(refused)),
            }
        }
    }

    fn share_body(&mut self, body: Vec<u8>) -> wasmtime::Result<Result<u64, ErrorCode>> {
        self.require_run()?;
        self.http.reasons.clear();
        let shared = match self.check_body(body.len()) {
            Ok(()) => self.http.bodies.share(&self.run.bodies, body),
            Err(why) => Err((ErrorCode::InvalidRequest, why)),
        };
        Ok(shared.map_err(|(code, why)| {
            self.http.reasons.put(0, why);
            code
        }))
    }

    fn failure(&mut self, index: u32) -> wasmtime::Result<String> {
        self.require_run()?;
        Ok(self.http.reasons.of(index).to_owned())
    }

    async fn send_all(
        &mut self,
        requests: Vec<Request>,
    ) -> wasmtime::Result<Vec<Result<Response, ErrorCode>>> {
        self.send_all_shared(requests, Vec::new()).await
    }

    async fn send_all_shared(
        &mut self,
        requests: Vec<Request>,
        bodies: Vec<u64>,
    ) -> wasmtime::Result<Vec<Result<Response, ErrorCode>>> {
        self.require_run()?;
        if requests.len() > limits::PARALLEL {
            return Err(wasmtime::format_err!(
                "more than {} requests at once",
                limits::PARALLEL
            ));
        }
        let mut bodies = bodies.into_iter();
        let with_body = |request: Request| {
            let body = bodies.next().filter(|&body| body != OWN_BODY);
            let body = body.map(|body| self.shared_body(&request, body)).transpose()?;
            Ok((request, body))
        };
        let requests = requests
            .into_iter()
            .map(with_body)
            .collect::<wasmtime::Result<_>>()?;
        // Off the stack of the guest: a batch is rare, and its future is large.
        Ok(Box::pin(self.send_batch(requests)).await)
    }

    fn body(&mut self, response: u64) -> wasmtime::Result<Vec<u8>> {
        Ok(self.http.responses.find(response)?.response.body().to_vec())
    }

    fn header(&mut self, response: u64, name: String) -> wasmtime::Result<Option<String>> {
        let kept = self.http.responses.find(response)?;
        Ok(kept.response.header(&name).map(Cow::into_owned))
    }

    fn headers(&mut self, response: u64) -> wasmtime::Result<Vec<(String, String)>> {
        let kept = self.http.responses.find(response)?;
        Ok(kept
            .response
            .headers()
            .map(|(n, v)| (n.to_owned(), v.into_owned()))
            .collect())
    }

    fn last_redirect(&mut self, index: u32) -> wasmtime::Result<Option<Response>> {
        let index = index as usize;
        let found = self.http.redirects.iter().find(|(of, _)| *of == index);
        Ok(found.map(|(_, response)| *response))
    }

    fn get_timings(&mut self, response: u64) -> wasmtime::Result<Timings> {
        let t = &self.http.responses.find(response)?.exchange().timings;
        Ok(Timings {
            blocked: t.blocked.into(),
            dns: t.dns.into(),
            connect: t.connect.into(),
            tls: t.tls.into(),
            sending: t.sending.into(),
            waiting: t.waiting.into(),
            receiving: t.receiving.into(),
        })
    }

    fn remote_address(&mut self, response: u64) -> wasmtime::Result<String> {
        Ok(self.http.responses.find(response)?.response.remote.to_string())
    }

    fn final_url(&mut self, response: u64) -> wasmtime::Result<String> {
        Ok(self
            .http
            .responses
            .find(response)?
            .response
            .final_url()
            .into_owned())
    }

    fn pass(&mut self, response: u64) -> wasmtime::Result<()> {
        let kept = self.http.responses.find(response)?;
        if let (Some(handle), Some(message)) = (kept.handle, kept.failure.take()) {
            with_shard(|shard| shard.pass(handle, Some(&message)));
        }
        Ok(())
    }

    fn fail(&mut self, response: u64, message: String) -> wasmtime::Result<()> {
        let message = limits::cut(&message, limits::MESSAGE_BYTES);
        let kept = self.http.responses.find(response)?;
        if let Some(handle) = kept.handle {
            with_shard(|shard| {
                if let Some(earlier) = &kept.failure {
                    shard.pass(handle, Some(earlier));
                }
                shard.fail(handle, message);
            });
        }
        kept.failure = Some(message.to_owned());
        Ok(())
    }
}
