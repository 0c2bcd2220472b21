//! The context that grants nothing.

use super::output::{StdOutput, StdStream};
use super::random::WasiRandom;
use crate::engine::host::limits;
use crate::metrics::with_shard;
use rand::Rng;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};

/// A context that grants nothing.
pub(in crate::engine::host) fn inert(random: &WasiRandom, output: &StdOutput) -> WasiCtx {
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdout(output.pipe(StdStream::Out))
        .stderr(output.pipe(StdStream::Err))
        .secure_random(random.clone())
        .insecure_random(random.clone())
        .insecure_random_seed(u128::from(random.clone().next_u64()))
        .max_random_size(limits::RANDOM_BYTES)
        .allow_ip_name_lookup(false)
        .allow_tcp(false)
        .allow_udp(false)
        .socket_addr_check(|_, _| {
            with_shard(|shard| shard.denied("socket"));
            Box::pin(async { false })
        });
    builder.build()
}
