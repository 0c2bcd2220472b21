//! WASI's interfaces but for HTTP's, which wasmtime implements: where they find what belongs to the VU.

use crate::engine::host::state::VuState;
use wasmtime_wasi::{WasiCtxView, WasiView};

impl WasiView for VuState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}
