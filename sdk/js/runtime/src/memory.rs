//! The engine's memory, laid out so that a virtual user writes to few pages.
//!
//! All users share the pages of the evaluated script until one of them writes there; so what counts
//! isn't how much memory there is, but on how many pages lie the objects whose reference counts go up
//! and down in a request. The engine keeps small objects of one size in blocks of 4 KiB. Here each
//! such block gets a page of its own, instead of parts of two.

use rquickjs::allocator::Allocator;
use rquickjs::qjs;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;

const PAGE: usize = 4096;

/// How many pages are taken from the C library at a time.
const PAGES_AT_ONCE: usize = 16;

/// The engine's blocks of small objects are larger than this, and at most a page.
const SMALLEST_BLOCK: usize = 3500;

/// The largest small object, with the engine's header.
const LARGEST_SMALL: usize = 512;

/// What the engine puts before each object.
const HEADER: usize = 8;

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(start: *mut c_void, size: usize) -> *mut c_void;
    fn free(start: *mut c_void);
    fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void;
    fn malloc_usable_size(start: *mut c_void) -> usize;
}

thread_local! {
    /// Where the groups of pages begin.
    static GROUPS: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    /// Pages that nobody has; the last one was given back last.
    static FREE: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    /// How often a page was given out.
    static GIVEN_OUT: Cell<usize> = const { Cell::new(0) };
}

/// Whether this is one of the pages, and not the C library's.
fn is_page(start: usize) -> bool {
    start.is_multiple_of(PAGE)
        && GROUPS.with_borrow(|groups| {
            groups
                .iter()
                .any(|group| (*group..group + PAGES_AT_ONCE * PAGE).contains(&start))
        })
}

/// A page, or null if there is no memory left.
fn take_page() -> *mut u8 {
    FREE.with_borrow_mut(|free| {
        if free.is_empty() {
            // SAFETY: a size that the alignment divides.
            let group = unsafe { aligned_alloc(PAGE, PAGES_AT_ONCE * PAGE) } as usize;
            if group == 0 {
                return std::ptr::null_mut();
            }
            GROUPS.with_borrow_mut(|groups| groups.push(group));
            free.extend((0..PAGES_AT_ONCE).rev().map(|index| group + index * PAGE));
        }
        GIVEN_OUT.set(GIVEN_OUT.get() + 1);
        free.pop().map_or(std::ptr::null_mut(), |page| page as *mut u8)
    })
}

/// Pages for the engine's blocks, the C library's memory for all else.
pub(crate) struct Memory;

// SAFETY: each pointer goes back to where it came from; sizes are those of the C library, or a page.
unsafe impl Allocator for Memory {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        if (SMALLEST_BLOCK..=PAGE).contains(&size) {
            return take_page();
        }
        // SAFETY: any size may be asked for.
        unsafe { malloc(size) }.cast()
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { calloc(count, size) }.cast()
    }

    unsafe fn dealloc(&mut self, start: *mut u8) {
        if is_page(start as usize) {
            FREE.with_borrow_mut(|free| free.push(start as usize));
        } else {
            // SAFETY: it came from the C library.
            unsafe { free(start.cast()) };
        }
    }

    unsafe fn realloc(&mut self, start: *mut u8, size: usize) -> *mut u8 {
        if !is_page(start as usize) {
            // SAFETY: it is null or came from the C library.
            return unsafe { realloc(start.cast(), size) }.cast();
        }
        if size <= PAGE {
            return start;
        }
        // SAFETY: any size may be asked for.
        let larger = unsafe { malloc(size) }.cast::<u8>();
        if !larger.is_null() {
            // SAFETY: both have at least a page, and they are different.
            unsafe { std::ptr::copy_nonoverlapping(start, larger, PAGE) };
            FREE.with_borrow_mut(|free| free.push(start as usize));
        }
        larger
    }

    unsafe fn usable_size(start: *mut u8) -> usize {
        if is_page(start as usize) {
            return PAGE;
        }
        // SAFETY: it came from the C library.
        unsafe { malloc_usable_size(start.cast()) }
    }
}

/// Fills what is left free in the engine's blocks, for good: what comes from here on lies together.
///
/// # Safety
///
/// The runtime must be alive, and use [`Memory`].
pub(crate) unsafe fn begin_new_blocks(runtime: *mut qjs::JSRuntime) {
    for size in (2 * HEADER..=LARGEST_SMALL).step_by(HEADER) {
        let before = GIVEN_OUT.get();
        loop {
            // SAFETY: the runtime is alive.
            let filler = unsafe { qjs::js_malloc_rt(runtime, (size - HEADER) as qjs::size_t) };
            if filler.is_null() {
                break;
            }
            if GIVEN_OUT.get() != before {
                // SAFETY: it was just made. Its block becomes free with it.
                unsafe { qjs::js_free_rt(runtime, filler) };
                break;
            }
        }
    }
}
