//! What WASI's resources hold: handles that a guest may make without end, each with something of the host's behind it.
//!
//! Most of them are small and only their number is limited. Those of standard HTTP clients hold headers and bodies;
//! what they hold in all is looked at as often as it could have grown to its limit since. Beyond it, no handle is
//! known any more, so that the guest's next call traps.

use crate::engine::host::limits;
use crate::system::memory::{Account, Held};
use std::any::Any;
use std::sync::Arc;
use wasmtime::component::ResourceTable;
use wasmtime_wasi_http::FieldMap;
use wasmtime_wasi_http::p2::bindings::http::types::Method;
use wasmtime_wasi_http::p2::body::HostOutgoingBody;
use wasmtime_wasi_http::p2::types::{HostIncomingResponse, HostOutgoingRequest};

/// What a handle takes, whatever it stands for.
const HANDLE_BYTES: usize = 512;

/// What a header takes beside its name and value.
const HEADER_BYTES: usize = 128;

/// What may wait in an unsent body: one write under way, and one that was accepted.
const BODY_BYTES: usize = 2 * limits::CHUNK_BYTES;

/// The account of a guest's handles.
pub(in crate::engine::host) struct WasiHandles {
    held: Held,
    account: Arc<Account>,
    /// What one call may add at most.
    call_bytes: usize,
    /// Calls that can't reach the limit.
    safe_calls: usize,
    /// Shown in place of the real one.
    empty: Option<ResourceTable>,
}

/// A table for as many handles as there is room for.
pub(in crate::engine::host) fn table(host_memory_bytes: usize) -> ResourceTable {
    let mut table = ResourceTable::new();
    table.set_max_capacity(limits::HANDLES.min((host_memory_bytes / HANDLE_BYTES).max(64)));
    table
}

impl WasiHandles {
    /// None yet, of which one call may make so many bytes' worth.
    pub(in crate::engine::host) fn new(account: &Arc<Account>, call_bytes: usize) -> WasiHandles {
        WasiHandles {
            call_bytes,
            held: Held::new(account),
            account: Arc::clone(account),
            safe_calls: 0,
            empty: None,
        }
    }

    /// Whether the guest has met its limit.
    pub(in crate::engine::host) fn are_too_many(&self) -> bool {
        self.empty.is_some()
    }

    /// The table for the next call of a standard client: the real one, while there is room.
    pub(in crate::engine::host) fn table<'a>(
        &'a mut self,
        real: &'a mut ResourceTable,
    ) -> &'a mut ResourceTable {
        match self.safe_calls.checked_sub(1) {
            Some(left) => self.safe_calls = left,
            None => self.look(real),
        }
        self.empty.as_mut().unwrap_or(real)
    }

    fn look(&mut self, real: &mut ResourceTable) {
        let bytes = real.iter_mut().map(|entry| weight(entry)).sum();
        match self.held.resize(bytes) {
            Ok(()) => {
                self.empty = None;
                self.safe_calls = self.account.left() / self.call_bytes.max(1);
            }
            Err(_) => {
                let mut empty = ResourceTable::new();
                empty.set_max_capacity(0);
                self.empty = Some(empty);
            }
        }
    }
}

/// Bytes behind a handle. Bodies of responses have an account of their own, and so has what is on its way.
fn weight(entry: &(dyn Any + Send)) -> usize {
    let more = if let Some(fields) = entry.downcast_ref::<FieldMap>() {
        fields_bytes(fields)
    } else if let Some(request) = entry.downcast_ref::<HostOutgoingRequest>() {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::capacity);
        let method = match &request.method {
            Method::Other(name) => name.capacity(),
            _ => 0,
        };
        let body = if request.body.is_some() { BODY_BYTES } else { 0 };
        let texts = method + text(&request.authority) + text(&request.path_with_query);
        texts + body + fields_bytes(&request.headers)
    } else if let Some(response) = entry.downcast_ref::<HostIncomingResponse>() {
        fields_bytes(&response.headers)
    } else if entry.is::<HostOutgoingBody>() {
        BODY_BYTES
    } else {
        0
    };
    HANDLE_BYTES + more
}

fn fields_bytes(fields: &FieldMap) -> usize {
    let sizes = fields
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + HEADER_BYTES);
    sizes.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn fields(bytes: usize) -> FieldMap {
        let mut fields = FieldMap::new_mutable(1 << 20);
        let value = HeaderValue::from_bytes(&vec![b'a'; bytes]).unwrap();
        fields.append_raw(HeaderName::from_static("x"), value).unwrap();
        fields
    }

    #[test]
    fn headers_count_until_they_are_dropped() {
        let account = Account::new(&Arc::default(), 100_000);
        let (mut handles, mut real) = (WasiHandles::new(&account, 1 << 20), table(100_000));
        let one = handles.table(&mut real).push(fields(40_000)).unwrap();
        handles.table(&mut real).push(fields(40_000)).unwrap();
        assert!(
            handles.table(&mut real).push(fields(40_000)).is_ok(),
            "one call may go beyond"
        );
        assert!(handles.table(&mut real).push(fields(1)).is_err());
        assert!(handles.are_too_many());
        assert_eq!(account.take_refusals(), 1);
        real.delete(one).unwrap();
        assert!(handles.table(&mut real).push(fields(1)).is_ok());
    }

    #[test]
    fn an_unsent_body_counts_as_if_it_were_full() {
        let body = || {
            let context = wasmtime_wasi_http::p2::body::StreamContext::Request;
            HostOutgoingBody::new(context, None, 1, limits::CHUNK_BYTES).0
        };
        let account = Account::new(&Arc::default(), 10 * BODY_BYTES);
        let (mut handles, mut real) = (WasiHandles::new(&account, 1 << 20), table(10 * BODY_BYTES));
        let held = (0..20).take_while(|_| handles.table(&mut real).push(body()).is_ok());
        assert_eq!(held.count(), 10);
    }

    #[test]
    fn the_number_of_handles_follows_the_memory() {
        let count = |bytes: usize| {
            let mut table = table(bytes);
            (0..20_000).take_while(|_| table.push(0_u8).is_ok()).count()
        };
        assert_eq!([64 << 20, 1 << 20, 0].map(count), [limits::HANDLES, 2_048, 64]);
    }
}
