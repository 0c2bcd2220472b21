//! Buffers that belong to the thread rather than to a connection, so that an idle VU holds none.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// Bytes read from a socket at once.
const READ_BYTES: usize = 64 * 1024;
/// Buffers the pool keeps per thread.
const POOLED: usize = 64;
/// A buffer that grew beyond this is freed rather than pooled.
pub const POOLED_BYTES: usize = 64 * 1024;
/// A buffer for what is written that grew beyond this is given back to the allocator.
const WRITE_BYTES: usize = 256 * 1024;

thread_local! {
    static READ: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ_BYTES].into_boxed_slice());
    static WRITE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static POOL: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Lends the thread's read buffer. `body` must not lend it again.
pub fn with_read<R>(body: impl FnOnce(&mut [u8]) -> R) -> R {
    READ.with_borrow_mut(|buffer| body(buffer))
}

/// Lends the thread's buffer for what is written, empty. `body` must not lend it again.
pub fn with_write<R>(body: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    WRITE.with_borrow_mut(|buffer| {
        buffer.clear();
        let result = body(buffer);
        if buffer.capacity() > WRITE_BYTES {
            *buffer = Vec::new();
        }
        result
    })
}

/// A byte vector whose memory comes from, and returns to, the thread's pool.
#[derive(Debug, Default)]
pub struct Buffer(Vec<u8>);

impl Buffer {
    /// Puts a vector that was made elsewhere under the pool's care.
    pub fn adopt(bytes: Vec<u8>) -> Buffer {
        Buffer(bytes)
    }

    /// Takes memory from the pool unless there is some.
    pub fn ready(&mut self) -> &mut Vec<u8> {
        if self.0.capacity() == 0
            && let Ok(Some(pooled)) = POOL.try_with(|pool| pool.borrow_mut().pop())
        {
            self.0 = pooled;
        }
        &mut self.0
    }
}

impl Deref for Buffer {
    type Target = Vec<u8>;
    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.0.capacity() == 0 || self.0.capacity() > POOLED_BYTES {
            return;
        }
        let mut bytes = std::mem::take(&mut self.0);
        // A thread that is being torn down has no pool: then the memory is simply freed.
        let _ = POOL.try_with(|pool| {
            let mut pool = pool.borrow_mut();
            if pool.len() < POOLED {
                bytes.clear();
                pool.push(bytes);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_buffer_is_used_again() {
        let mut first = Buffer::default();
        first.ready().extend_from_slice(b"abc");
        let address = first.as_ptr();
        drop(first);
        let mut second = Buffer::default();
        assert_eq!(second.ready().as_ptr(), address);
        assert_eq!(second.len(), 0);
    }

    #[test]
    fn a_large_buffer_is_not_pooled() {
        drop(Buffer::adopt(vec![1; POOLED_BYTES + 1]));
        assert_eq!(POOL.with_borrow(Vec::len), 0);
    }

    #[test]
    fn the_buffer_for_what_is_written_is_lent_empty() {
        with_write(|buffer| buffer.extend_from_slice(b"x"));
        assert_eq!(with_write(|buffer| buffer.len()), 0);
    }
}
