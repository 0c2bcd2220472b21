//! What a guest may wait for: the protocols that it speaks by way of the host, and time.
//!
//! The one place that knows all of them. A protocol is a folder of `host`, with a [`HostCall`] for what its guests wait
//! for, and a slot and its lines here.

use super::host_call::{CallSlot, Handover, HostCall, SlotFor};
use super::http::call::{HttpBatch, HttpCall};
use super::pause::Pause;
use crate::http::Client;
use std::pin::Pin;

/// One slot for each kind of call.
#[derive(Default)]
pub(super) struct CallSlots {
    http: CallSlot<HttpCall>,
    http_batch: CallSlot<HttpBatch>,
    pause: CallSlot<Pause>,
}

impl SlotFor<HttpCall> for CallSlots {
    fn slot(&mut self) -> &mut CallSlot<HttpCall> {
        &mut self.http
    }
}

impl SlotFor<HttpBatch> for CallSlots {
    fn slot(&mut self) -> &mut CallSlot<HttpBatch> {
        &mut self.http_batch
    }
}

impl SlotFor<Pause> for CallSlots {
    fn slot(&mut self) -> &mut CallSlot<Pause> {
        &mut self.pause
    }
}

impl CallSlots {
    /// Whether the guest waits for what nobody has begun.
    pub(super) fn is_asked(&self) -> bool {
        self.http.is_asked() || self.pause.is_asked() || self.http_batch.is_asked()
    }

    /// Whether the guest waits for nothing of the host's.
    pub(super) fn are_empty(&self) -> bool {
        self.http.is_empty() && self.pause.is_empty() && self.http_batch.is_empty()
    }

    /// Whether the guest waits for time to pass.
    pub(super) fn is_pausing(&self) -> bool {
        self.pause.is_running()
    }
}

/// Does what the guest waits for.
pub(super) async fn run(calls: &Handover<CallSlots>, client: &mut Client) {
    // The usual call is the one whose future is part of the VU's: to allocate it for each request would cost more.
    if let Some(call) = calls.begin::<HttpCall>() {
        let answer = call.run(client).await;
        calls.answer::<HttpCall>(answer);
    } else {
        // These are rare, and every VU would have to hold the largest of their futures.
        Box::pin(run_rare(calls, client)).await;
    }
}

async fn run_rare(calls: &Handover<CallSlots>, client: &mut Client) {
    let _ = run_asked::<Pause>(calls, client).await || run_asked::<HttpBatch>(calls, client).await;
}

/// Does a call of this kind, if that is what the guest waits for.
async fn run_asked<C: HostCall>(calls: &Handover<CallSlots>, client: &mut Client) -> bool
where
    CallSlots: SlotFor<C>,
{
    let Some(call) = calls.begin::<C>() else {
        return false;
    };
    calls.answer::<C>(call.run(client).await);
    true
}

/// Work that goes on beside other work of its VU.
pub(super) type Beside<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Begins what the guest waits for, if it does, while other requests of this client are under way.
pub(super) fn begin_beside<'a>(calls: &'a Handover<CallSlots>, client: &'a Client) -> Option<Beside<'a>> {
    beside::<HttpCall>(calls, client)
        .or_else(|| beside::<Pause>(calls, client))
        .or_else(|| beside::<HttpBatch>(calls, client))
}

fn beside<'a, C: HostCall + 'a>(calls: &'a Handover<CallSlots>, client: &'a Client) -> Option<Beside<'a>>
where
    CallSlots: SlotFor<C>,
{
    let call = calls.begin::<C>()?;
    Some(Box::pin(async move {
        calls.answer::<C>(call.run_beside(client).await);
    }))
}
