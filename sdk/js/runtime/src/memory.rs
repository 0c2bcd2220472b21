//! The component's memory, laid out so that a virtual user writes to few pages.
//!
//! All users share the pages of the evaluated script until one of them writes there. So what a user
//! allocates must not go into the many small holes that the script's evaluation has left: from
//! [`begin_run`] on it goes to pages of its own, one block beside the other whatever its size. Blocks
//! of before are not reused: giving them back would be a write.
//!
//! Within one of the two times, blocks lie in the order in which they were made. That keeps what
//! belongs together on one page, for also the counting of references is a write.

use rquickjs::allocator::Allocator;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ffi::c_void;

/// Blocks are as many bytes as a multiple of this, header included.
const STEP: usize = 16;

/// The largest blocks that are kept by size; larger ones are the C library's.
const STEPS: usize = 64;

const PAGE: usize = 4096;

/// How much is taken from the C library at a time.
const REGION: usize = 16 * PAGE;

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn realloc(start: *mut c_void, size: usize) -> *mut c_void;
    fn free(start: *mut c_void);
    fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void;
}

/// What lies before each block.
#[derive(Clone, Copy)]
#[repr(C)]
struct Header {
    /// Bytes that can be used.
    capacity: u32,
    /// Whether it was made in a run.
    of_run: bool,
}

const HEADER: usize = size_of::<Header>();

struct State {
    /// Blocks that were given back, by size; each holds the next one's address.
    free: [Cell<usize>; STEPS + 1],
    /// What is left of the newest region.
    next: Cell<usize>,
    end: Cell<usize>,
    is_run: Cell<bool>,
}

thread_local! {
    static STATE: State = const {
        State {
            free: [const { Cell::new(0) }; STEPS + 1],
            next: Cell::new(0),
            end: Cell::new(0),
            is_run: Cell::new(false),
        }
    };
}

/// From here on everything is made on new pages, and what was there is left as it is.
pub(crate) fn begin_run() {
    STATE.with(|state| {
        state.free.iter().for_each(|first| first.set(0));
        state.is_run.set(true);
        state.begin_region();
    });
}

impl State {
    /// False if there is no memory left.
    fn begin_region(&self) -> bool {
        // SAFETY: the alignment divides the size.
        let start = unsafe { aligned_alloc(PAGE, REGION) } as usize;
        self.next.set(start);
        self.end.set(if start == 0 { 0 } else { start + REGION });
        start != 0
    }

    fn take(&self, size: usize) -> *mut u8 {
        let steps = (size + HEADER).div_ceil(STEP);
        if steps > STEPS {
            return self.take_large(size);
        }
        let first = self.free[steps].get();
        if first != 0 {
            // SAFETY: a free block of ours, which holds the next one's address.
            self.free[steps].set(unsafe { (first as *const usize).read() });
            return first as *mut u8;
        }
        let bytes = steps * STEP;
        if self.end.get() - self.next.get() < bytes && !self.begin_region() {
            return std::ptr::null_mut();
        }
        let start = self.next.get();
        self.next.set(start + bytes);
        // SAFETY: so many bytes of the region are nobody's yet.
        unsafe { self.mark(start as *mut u8, bytes - HEADER) }
    }

    fn take_large(&self, size: usize) -> *mut u8 {
        // SAFETY: any size may be asked for.
        let start = unsafe { malloc(HEADER + size) }.cast::<u8>();
        if start.is_null() {
            return start;
        }
        // SAFETY: it has room for both.
        unsafe { self.mark(start, size) }
    }

    /// Writes a block's header, and returns where the block itself begins.
    ///
    /// # Safety
    ///
    /// The memory at `start` must have room for the header, and be aligned for it.
    unsafe fn mark(&self, start: *mut u8, capacity: usize) -> *mut u8 {
        let header = Header {
            capacity: capacity as u32,
            of_run: self.is_run.get(),
        };
        // SAFETY: as the caller promises.
        unsafe {
            start.cast::<Header>().write(header);
            start.add(HEADER)
        }
    }

    /// # Safety
    ///
    /// `block` must come from `take`, and not be used any more.
    unsafe fn give_back(&self, block: *mut u8) {
        // SAFETY: as the caller promises.
        let header = unsafe { header_of(block) };
        if header.of_run != self.is_run.get() {
            return;
        }
        let steps = (header.capacity as usize + HEADER).div_ceil(STEP);
        if steps > STEPS {
            // SAFETY: it is one of the C library's.
            unsafe { free(block.sub(HEADER).cast()) };
        } else {
            // SAFETY: the smallest block has room for an address.
            unsafe { block.cast::<usize>().write(self.free[steps].get()) };
            self.free[steps].set(block as usize);
        }
    }

    /// # Safety
    ///
    /// `block` must come from `take`. It is used no more if another one is returned.
    unsafe fn resize(&self, block: *mut u8, size: usize) -> *mut u8 {
        // SAFETY: as the caller promises.
        let header = unsafe { header_of(block) };
        let capacity = header.capacity as usize;
        let is_large = |size: usize| size + HEADER > STEPS * STEP;
        if size <= capacity && (!is_large(capacity) || size > capacity / 2) {
            return block;
        }
        if is_large(capacity) && is_large(size) && header.of_run == self.is_run.get() {
            // SAFETY: it is one of the C library's.
            let start = unsafe { realloc(block.sub(HEADER).cast(), HEADER + size) }.cast::<u8>();
            if start.is_null() {
                return start;
            }
            // SAFETY: it has room for both.
            return unsafe { self.mark(start, size) };
        }
        let other = self.take(size);
        if !other.is_null() {
            // SAFETY: both have so many bytes, and they are different.
            unsafe {
                std::ptr::copy_nonoverlapping(block, other, capacity.min(size));
                self.give_back(block);
            }
        }
        other
    }
}

/// # Safety
///
/// `block` must come from `State::take`.
unsafe fn header_of(block: *const u8) -> Header {
    // SAFETY: a header lies before each block.
    unsafe { block.sub(HEADER).cast::<Header>().read() }
}

/// The engine's memory.
pub(crate) struct OfEngine;

// SAFETY: blocks have the sizes that they say, and go back to where they came from.
unsafe impl Allocator for OfEngine {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        STATE.with(|state| state.take(size))
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        let size = count * size; // The engine has checked it.
        let block = STATE.with(|state| state.take(size));
        if !block.is_null() {
            // SAFETY: it has so many bytes.
            unsafe { block.write_bytes(0, size) };
        }
        block
    }

    unsafe fn dealloc(&mut self, block: *mut u8) {
        // SAFETY: the engine gives back what it got.
        STATE.with(|state| unsafe { state.give_back(block) });
    }

    unsafe fn realloc(&mut self, block: *mut u8, size: usize) -> *mut u8 {
        if block.is_null() {
            return self.alloc(size);
        }
        // SAFETY: the engine names what it got.
        STATE.with(|state| unsafe { state.resize(block, size) })
    }

    unsafe fn usable_size(block: *mut u8) -> usize {
        // SAFETY: the engine names what it got.
        unsafe { header_of(block) }.capacity as usize
    }
}

/// The memory of this crate.
struct OfRust;

#[global_allocator]
static OF_RUST: OfRust = OfRust;

// SAFETY: blocks have the sizes that they say, and go back to where they came from. Those that must be
// aligned better than all blocks are come from the C library.
unsafe impl GlobalAlloc for OfRust {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > HEADER {
            let size = layout.size().next_multiple_of(layout.align());
            // SAFETY: the alignment divides the size.
            return unsafe { aligned_alloc(layout.align(), size) }.cast();
        }
        STATE.with(|state| state.take(layout.size()))
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.align() > HEADER {
            // SAFETY: it came from the C library.
            unsafe { free(block.cast()) };
        } else {
            // SAFETY: it came from `alloc`.
            STATE.with(|state| unsafe { state.give_back(block) });
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= HEADER {
            // SAFETY: it came from `alloc`.
            return STATE.with(|state| unsafe { state.resize(block, size) });
        }
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else {
            return std::ptr::null_mut();
        };
        // SAFETY: as the caller promises; both have so many bytes, and they are different.
        unsafe {
            let other = self.alloc(wanted);
            if !other.is_null() {
                std::ptr::copy_nonoverlapping(block, other, layout.size().min(size));
                self.dealloc(block, layout);
            }
            other
        }
    }
}
