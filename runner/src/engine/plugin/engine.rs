//! The wasm engine: one per run, its pool sized for exactly the VUs of that run.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;
use wasmtime::ResourcesRequired;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

/// Length of one epoch tick. A guest that computes without pause yields to the thread's
/// other VUs this often.
pub const EPOCH_TICK: Duration = Duration::from_millis(10);

/// Stack of a guest call with the host calls that it makes. Only touched pages cost memory.
const ASYNC_STACK_BYTES: usize = WASM_STACK_BYTES + (256 << 10);

/// The guest's part of that stack, which interpreters need for recursion in their scripts; the rest is for host calls.
const WASM_STACK_BYTES: usize = 1 << 20;

/// Slots beyond the VUs: a replaced instance may not be freed yet when its successor starts.
const SPARE_SLOTS: u32 = 16;

/// Address space of a memory that needs no checks in the guest's code: all that 32 bits reach, and what an instruction
/// may add to that.
const WHOLE: Code = Code {
    memory: 4 << 30,
    guard: 32 << 20,
};

/// Address space that the memories of all VUs may take: three quarters of a process's.
const ADDRESSES: u64 = 3 << 45;

/// What the pool must hold.
#[derive(Debug, Clone, Copy)]
pub struct EngineSpec {
    /// VUs that may live at once.
    pub vus: u32,
    /// Memory limit of one VU.
    pub vu_memory_bytes: usize,
    /// Core instances, memories and tables of one instance of the plugin.
    pub per_vu: PerVu,
}

/// What one instance of the plugin takes from the pool.
#[derive(Debug, Clone, Copy)]
pub struct PerVu {
    /// Core instances.
    pub core_instances: u32,
    /// Linear memories.
    pub memories: u32,
    /// Tables.
    pub tables: u32,
}

impl PerVu {
    /// Before the plugin is known: as much as any.
    pub const UNKNOWN: PerVu = PerVu {
        core_instances: 64,
        memories: 16,
        tables: 64,
    };

    /// From what the compiled component says of itself.
    pub fn of(core_instances: u32, required: Option<&ResourcesRequired>) -> PerVu {
        match required {
            Some(r) => PerVu {
                core_instances: core_instances.max(1),
                memories: r.num_memories,
                tables: r.num_tables,
            },
            None => PerVu::UNKNOWN,
        }
    }
}

/// Address space of one linear memory, which decides what code there is for its accesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    pub(super) memory: u64,
    pub(super) guard: u64,
}

impl EngineSpec {
    /// Enough to leave out checks, where there is room for that.
    fn reservation(&self) -> Code {
        let memories = u64::from(self.slots().saturating_mul(self.per_vu.memories));
        let fits = memories.saturating_mul(WHOLE.memory + WHOLE.guard) <= ADDRESSES;
        let least = self.least_reservation();
        if fits && least.memory <= WHOLE.memory {
            WHOLE
        } else {
            least
        }
    }

    /// As little as its limit allows: each access is checked.
    fn least_reservation(&self) -> Code {
        Code {
            memory: self.vu_memory_bytes as u64,
            guard: 64 << 10,
        }
    }

    fn slots(&self) -> u32 {
        self.vus.saturating_add(SPARE_SLOTS)
    }
}

/// Builds the engine, and says what code it takes. Where address space is scarce, guests are slower.
///
/// # Errors
/// If the operating system can't reserve the address space of the pool.
pub fn build_engine(spec: &EngineSpec) -> wasmtime::Result<(Engine, Code)> {
    let with = |code| Ok((engine(spec, code)?, code));
    with(spec.reservation()).or_else(|_: wasmtime::Error| with(spec.least_reservation()))
}

fn engine(spec: &EngineSpec, code: Code) -> wasmtime::Result<Engine> {
    Engine::new(config(code).allocation_strategy(InstanceAllocationStrategy::Pooling(pool(spec))))
}

/// An engine that compiles the same code, and has no room to run it.
pub(super) fn code_engine(code: Code) -> wasmtime::Result<Engine> {
    Engine::new(&config(code))
}

fn config(code: Code) -> Config {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::Speed)
        .epoch_interruption(true)
        // Guests are synchronous: without this, each call is three times as fast.
        .concurrency_support(false)
        .wasm_memory64(false)
        .max_wasm_stack(WASM_STACK_BYTES)
        .async_stack_size(ASYNC_STACK_BYTES)
        .memory_reservation(code.memory)
        .memory_guard_size(code.guard)
        .memory_init_cow(true);
    config
}

fn pool(spec: &EngineSpec) -> PoolingAllocationConfig {
    let slots = spec.slots();
    let each = spec.per_vu;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(each.core_instances))
        .total_memories(slots.saturating_mul(each.memories))
        .total_tables(slots.saturating_mul(each.tables))
        // Every store keeps its last stack between calls.
        .total_stacks(slots)
        .max_core_instances_per_component(each.core_instances)
        .max_memories_per_component(each.memories.max(1))
        .max_tables_per_component(each.tables.max(1))
        .max_memory_size(spec.vu_memory_bytes)
        .table_elements(100_000)
        .max_core_instance_size(1 << 20)
        .max_component_instance_size(1 << 20);
    pool
}

/// Advances the engine's epoch every [`EPOCH_TICK`] on a thread of its own, until the
/// guard is dropped.
///
/// # Errors
/// If the thread can't be started.
pub fn start_epoch_clock(engine: &Engine) -> std::io::Result<EpochClock> {
    let running = Arc::new(AtomicBool::new(true));
    let weak: Weak<AtomicBool> = Arc::downgrade(&running);
    let engine = engine.clone();
    std::thread::Builder::new()
        .name("epoch".to_owned())
        .spawn(move || {
            while weak.upgrade().is_some_and(|r| r.load(Ordering::Relaxed)) {
                std::thread::sleep(EPOCH_TICK);
                engine.increment_epoch();
            }
        })?;
    Ok(EpochClock { _running: running })
}

/// Keeps the epoch advancing while it lives.
#[derive(Debug)]
pub struct EpochClock {
    _running: Arc<AtomicBool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(vus: u32, memories: u32) -> EngineSpec {
        EngineSpec {
            vus,
            vu_memory_bytes: 64 << 20,
            per_vu: PerVu {
                core_instances: 1,
                memories,
                tables: 1,
            },
        }
    }

    #[test]
    fn guests_run_without_checks_as_long_as_the_address_space_lasts() {
        assert_eq!(spec(20_000, 1).reservation(), WHOLE);
        assert_eq!(spec(2, PerVu::UNKNOWN.memories).reservation(), WHOLE);
        assert_eq!(spec(100_000, 1).reservation().memory, 64 << 20);
        assert_eq!(spec(20_000, 2).reservation().memory, 64 << 20);
        assert_eq!(spec(u32::MAX, u32::MAX).reservation().memory, 64 << 20);
    }

    #[test]
    fn both_reservations_make_an_engine() {
        let spec = spec(100, 1);
        for reservation in [spec.reservation(), spec.least_reservation()] {
            assert!(engine(&spec, reservation).is_ok(), "{reservation:?}");
        }
    }
}
