//! The bindings generated from `wit/`: the only `bindgen!` of the host.

#[expect(missing_docs, reason = "generated; the documentation is in wit/")]
mod generated {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "plugin",
        imports: {
            "wasmswarm:scenario/http.send": async | trappable,
            "wasmswarm:scenario/http.send-all": async | trappable,
            "wasmswarm:scenario/http.send-shared": async | trappable,
            "wasmswarm:scenario/http.send-all-shared": async | trappable,
            "wasmswarm:scenario/vu.sleep": async | trappable,
            default: trappable,
        },
        exports: { default: async },
    });
}

pub use generated::exports::wasmswarm::scenario::scenario as exported;
pub use generated::wasmswarm::scenario::{checks, cookies, data, http, log, metrics, params, shared, vu};
pub use generated::{Plugin, PluginPre};
