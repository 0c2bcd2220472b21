//! `wasi:http/outgoing-handler`, what standard HTTP clients send their requests with, and the types that it is about.

use crate::engine::host::http::outgoing::SendPermit;
use crate::engine::host::state::VuState;
use crate::engine::host::wasi::outgoing_handler::OutgoingHandler;
use std::time::Instant;
use wasmtime::component::Linker;
use wasmtime_wasi_http::p2::bindings::http::{outgoing_handler, types};
use wasmtime_wasi_http::{WasiHttp, WasiHttpCtxView, WasiHttpView};

/// Links the interfaces.
pub(in crate::engine::host) fn link(linker: &mut Linker<VuState>) -> wasmtime::Result<()> {
    let options = types::LinkOptions::default();
    types::add_to_linker::<_, WasiHttp>(linker, &options, VuState::http)?;
    // Its one function is `handle`.
    outgoing_handler::add_to_linker::<_, WasiHttp>(linker, VuState::about_to_send)
}

impl VuState {
    /// The view of the one call that sends something.
    fn about_to_send(&mut self) -> WasiHttpCtxView<'_> {
        let permit = self.require_run().is_ok().then(|| self.permit());
        let handler = OutgoingHandler::new(&self.host_calls, &self.memory, permit);
        WasiHttpCtxView {
            ctx: &mut self.wasi_http,
            table: self.handles.table(&mut self.table),
            hooks: &mut **self.outgoing.insert(Box::new(handler)),
        }
    }

    /// Of a request with the VU's own tags: a standard client has no others.
    fn permit(&mut self) -> SendPermit {
        let begun = Instant::now();
        let slot = self.book(1, begun);
        SendPermit {
            admission: self.admission(self.tags.own(), begun, slot),
            naming: self.run.naming.clone(),
            max_body: self.run.max_request_body,
            traceparent: self.run.traceparent,
        }
    }
}

impl WasiHttpView for VuState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.wasi_http,
            table: self.handles.table(&mut self.table),
            hooks: self
                .outgoing
                .get_or_insert_with(|| Box::new(OutgoingHandler::new(&self.host_calls, &self.memory, None)))
                .as_mut(),
        }
    }
}
