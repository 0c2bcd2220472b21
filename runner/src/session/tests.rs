//! What a plugin says of itself, whatever that is: a module whose answers are made of a good one and
//! of random bytes.

use super::linked;
use crate::build::{self, BuildContext, Engine};
use crate::engine::host::{self, bindings::PluginPre};
use crate::engine::plugin::{self, EngineSpec, PerVu};
use crate::options::{Given, LimitOptions, Machine, RoomFor, RunOptions, resolve};
use crate::plan::PluginPlan;
use crate::tests::fuzz;
use std::sync::Arc;
use std::time::Duration;

/// Where the example keeps its description, in words of 32 bits.
const RECORDS: &str = "0x100";

/// The example, with a `describe` that first changes some words of what it returns.
fn odd() -> String {
    let good = include_str!("../../../docs/examples/hello.wat");
    let import = "(module\n  (import \"wasi_snapshot_preview1\" \"random_get\" \
                  (func $random (param i32 i32) (result i32)))";
    let change = format!(
        "(func $change (param $at i32) (local $to i32)
           (local.set $to (i32.add (i32.const {RECORDS})
             (i32.mul (i32.const 4) (i32.rem_u (i32.load (local.get $at)) (i32.const 46)))))
           (i32.store (local.get $to)
             (if (result i32) (i32.load8_u offset=4 (local.get $at))
               (then (i32.load8_u offset=5 (local.get $at)))
               (else (i32.load offset=8 (local.get $at)))))
           (if (i32.and (i32.load8_u offset=6 (local.get $at)) (i32.const 1))
             (then (i32.store (local.get $to) (i32.add (i32.const {RECORDS})
               (i32.load8_u offset=7 (local.get $at)))))))"
    );
    let returned = "(func (export \"wasmswarm:scenario/scenario@0.1.0#describe\") (result i32)";
    let first = format!(
        "{change}\n{returned} (drop (call $random (i32.const 0x3000) (i32.const 64)))
           (call $change (i32.const 0x3000)) (call $change (i32.const 0x3010))
           (if (i32.and (i32.load8_u (i32.const 0x3030)) (i32.const 1)) (then (call $change (i32.const 0x3020))))"
    );
    let text = good.replacen("(module", import, 1);
    assert!(text.contains(returned));
    text.replacen(returned, &first, 1)
}

fn component() -> PluginPre<host::VuState> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("odd.wat");
    std::fs::write(&file, odd()).unwrap();
    let mut shop = BuildContext {
        say: &mut |_| {},
        agree: &mut |_| false,
        cache: folder.path().join("cache"),
        engine: Engine::default(),
        parameters: Vec::new(),
        script: None,
        grants: build::Grants::default(),
    };
    let path = build::build(&file, &mut shop).unwrap().component;
    let source = plugin::load(path.to_str().unwrap(), None).unwrap();
    plugin::inspect(&source.bytes).unwrap();
    let spec = EngineSpec {
        vus: 2,
        vu_memory_bytes: 16 << 20,
        per_vu: PerVu::UNKNOWN,
    };
    let (engine, code) = plugin::build_engine(&spec).unwrap();
    let component = plugin::compile((&engine, code), &source, None).unwrap().component;
    let linked = host::link(&component)
        .unwrap()
        .instantiate_pre(&component)
        .unwrap();
    PluginPre::new(linked).unwrap()
}

#[test]
fn fuzz_what_a_plugin_says_of_itself_is_refused_or_makes_a_plan() {
    let limits = LimitOptions::default().resolve();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    fuzz::prepared(component, 3_000, |pre, dice| {
        let mut shared = linked::nobody(&limits);
        shared.seed = dice.next();
        let described = plugin::describe(
            pre,
            Arc::new(shared),
            (Duration::from_secs(1), Duration::from_secs(4)),
        );
        let Ok(description) = runtime.block_on(described) else {
            return;
        };
        let given = Given {
            plugin: PluginPlan {
                source: "odd".to_owned(),
                sha256: String::new(),
                bytes: 0,
            },
            host: None,
            base: None,
            data: Vec::new(),
            seed: 1,
            machine: Machine::default(),
            room_for: RoomFor::Nobody,
        };
        if let Ok(resolved) = resolve(&RunOptions::default(), &description, given) {
            let plan = resolved.plan;
            assert!(plan.peak_vus() <= 1_000_000);
            let json = serde_json::to_string(&plan).unwrap();
            assert!(!json.is_empty());
        }
    });
}
