//! The limits of host calls. They are part of the contract (`wit/`), so they are constants.

use wasmtime::ResourceLimiter;

/// Bytes that one host call may lift out of a guest, beside what its memory or one body may have.
pub const CALL_BYTES: usize = 1 << 20;
/// Different shared bodies of a run, all together.
pub const SHARED_BODY_BYTES: usize = 256 << 20;
/// Shared bodies of one instance.
pub const SHARED_BODIES: usize = 64;
/// Headers of one request.
pub const HEADERS: usize = 128;
/// Names, tag keys and tag values.
pub const NAME_BYTES: usize = 200;
/// Tags of one request or VU.
pub const TAGS: usize = 16;
/// Requests in one `send-all`.
pub const PARALLEL: usize = 64;
/// Responses that a VU may look back at.
pub const RESPONSES: usize = 64;
/// One log line.
pub const LOG_BYTES: usize = 32 << 10;
/// Messages of failures, stops and errors.
pub const MESSAGE_BYTES: usize = 500;
/// Bytes that `setup` and `setup-scenario` may each hand to the VUs.
pub const SETUP_BYTES: usize = 8 << 20;
/// Options that a plugin suggests.
pub const OPTIONS_BYTES: usize = 64 << 10;
/// Groups within groups.
pub const GROUPS: usize = 8;
/// One value of the shared state.
pub const SHARED_VALUE_BYTES: usize = 64 << 10;
/// All of the shared state.
pub const SHARED_BYTES: usize = 16 << 20;
/// Counters, queues and keys of the shared state, all together.
pub const SHARED_NAMES: usize = 10_000;
/// Longest `vu.sleep`.
pub const SLEEP_US: u64 = 3_600_000_000;
/// Handles of WASI that one instance may have.
pub const HANDLES: usize = 10_000;
/// Bytes of the headers of one message that a standard client makes.
pub const FIELDS_BYTES: usize = 128 << 10;
/// Bytes that one write into the body of such a message takes.
pub const CHUNK_BYTES: usize = 128 << 10;
/// What the host holds without counting it: usual requests and responses.
pub const FREE_BYTES: usize = 64 << 10;
/// Refusals for want of memory that are counted in one call.
pub const REFUSALS: u64 = 1_000;
/// Random bytes in one WASI call.
pub const RANDOM_BYTES: u64 = 64 << 10;

/// Elements of one table.
const TABLE_ELEMENTS: usize = 100_000;

/// Memory and table limits of one VU, all its memories together.
#[derive(Debug)]
pub struct VuLimits {
    /// Bytes allowed.
    pub memory_bytes: usize,
    used: usize,
    /// Whether a growth was refused, for the message of the trap that usually follows.
    pub refused: bool,
}

impl VuLimits {
    /// Limits for a fresh instance.
    pub fn new(memory_bytes: usize) -> VuLimits {
        VuLimits {
            memory_bytes,
            used: 0,
            refused: false,
        }
    }
}

impl ResourceLimiter for VuLimits {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _max: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used > self.memory_bytes {
            self.refused = true;
            return Ok(false);
        }
        self.used = used;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _max: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }
}

/// The longest prefix of at most `max` bytes that ends between characters.
pub fn cut(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_beyond_the_limit_is_refused_and_remembered() {
        let mut limits = VuLimits::new(100);
        assert!(limits.memory_growing(0, 60, None).unwrap());
        assert!(!limits.memory_growing(0, 60, None).unwrap());
        assert!(limits.refused);
    }

    #[test]
    fn cuts_between_characters() {
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(cut("aé", 3), "aé");
    }
}
