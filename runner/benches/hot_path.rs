//! Micro-benchmarks of what every request pays for beside the network: a call into the
//! guest, a call out of it, recording a sample. `cargo bench --bench hot_path`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a benchmark that can't be set up should stop"
)]

use divan::Bencher;
use divan::counter::ItemsCount;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::runtime::Runtime;
use wasmswarm::build;
use wasmswarm::engine::host::bindings::{Plugin, PluginPre};
use wasmswarm::engine::host::{self, LogSink, Purpose, RunShared, StopFlag, VuIdentity, VuState};
use wasmswarm::engine::plugin;
use wasmswarm::metrics::{Limits, RequestKey, RequestSample, Shard};
use wasmtime::Store;

fn main() {
    divan::main();
}

/// Indices of the scenarios in `tests/bench/guests`.
const IDLE: u32 = 3;
const CALLS: u32 = 5;

const MEMORY: usize = 64 << 20;

fn pre() -> &'static PluginPre<VuState> {
    static PRE: OnceLock<PluginPre<VuState>> = OnceLock::new();
    PRE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/bench/guests");
        let mut shop = build::BuildContext {
            say: &mut |line| eprintln!("{line}"),
            agree: &mut |_| false,
            cache: std::env::temp_dir(),
            engine: build::Engine::default(),
            parameters: Vec::new(),
            script: None,
            grants: build::Grants::default(),
        };
        let path = build::build(&folder, &mut shop).unwrap().component;
        let source = plugin::load(path.to_str().unwrap(), None).unwrap();
        let spec = plugin::EngineSpec {
            vus: 8,
            vu_memory_bytes: MEMORY,
            per_vu: plugin::PerVu::UNKNOWN,
        };
        let (engine, code) = plugin::build_engine(&spec).unwrap();
        // Nothing here runs long enough to need its ticks, but they are part of the cost.
        std::mem::forget(plugin::start_epoch_clock(&engine).unwrap());
        let component = plugin::compile((&engine, code), &source, None).unwrap().component;
        PluginPre::new(
            host::link(&component)
                .unwrap()
                .instantiate_pre(&component)
                .unwrap(),
        )
        .unwrap()
    })
}

fn shared() -> Arc<RunShared> {
    Arc::new(RunShared {
        seed: 1,
        vu_memory_bytes: MEMORY,
        vu_host_memory_bytes: MEMORY,
        max_request_body: 16 << 20,
        ..RunShared::new(LogSink::closed())
    })
}

fn store() -> Store<VuState> {
    let identity = VuIdentity {
        vu: 1,
        scenario: 0,
        life: 0,
    };
    let state = VuState::new(shared(), Arc::new(StopFlag::default()), identity, Purpose::Load);
    host::new_store(pre(), state, Duration::from_secs(5))
}

async fn started(scenario: u32) -> (Store<VuState>, Plugin) {
    let mut store = store();
    let plugin = host::instantiate(pre(), &mut store).await.unwrap();
    plugin
        .wasmswarm_scenario_scenario()
        .call_on_start(&mut store, scenario, &[], &[])
        .await
        .unwrap()
        .unwrap();
    (store, plugin)
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn run_task(bencher: Bencher<'_, '_>, scenario: u32, items: usize) {
    let runtime = runtime();
    let (mut store, plugin) = runtime.block_on(started(scenario));
    bencher.counter(ItemsCount::new(items)).bench_local(|| {
        runtime.block_on(async {
            store.data_mut().begin_call(Duration::from_secs(5));
            store.set_epoch_deadline(1);
            let task = plugin
                .wasmswarm_scenario_scenario()
                .call_run_task(&mut store, scenario, 0);
            task.await.unwrap().unwrap()
        })
    });
}

/// One iteration that does nothing.
#[divan::bench]
fn guest_call(bencher: Bencher<'_, '_>) {
    run_task(bencher, IDLE, 1);
}

/// A thousand calls of `vu.now` in one iteration.
#[divan::bench]
fn thousand_host_calls(bencher: Bencher<'_, '_>) {
    run_task(bencher, CALLS, 1000);
}

/// A new VU: store, instance and `on-start`.
#[divan::bench]
fn instance(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    bencher.bench_local(|| drop(runtime.block_on(started(IDLE))));
}

/// Recording one request that reused its connection, in one of this many series.
#[divan::bench(args = [1, 20, 200])]
fn record(bencher: Bencher<'_, '_>, series: usize) {
    let mut shard = Shard::new(Limits::default());
    let names: Vec<_> = (0..series).map(|i| format!("/path/{i}")).collect();
    let mut turn = 0_usize;
    bencher.bench_local(|| {
        turn += 1;
        let us = 200 + (turn as u64 * 7919) % 1000;
        let key = RequestKey {
            scenario: 0,
            method: "GET",
            name: &names[turn % series],
            status: 200,
            expected: true,
            tags: "",
        };
        let sample = RequestSample {
            duration_us: us,
            response_us: us + 1,
            sending_us: 5,
            waiting_us: us - 10,
            receiving_us: 5,
            reused: true,
            ..RequestSample::default()
        };
        shard.request_started();
        shard.request(&key, &sample)
    });
}
