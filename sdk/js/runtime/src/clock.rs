//! The engine's clocks.
//!
//! The engine reads both when it starts: one as a seed, one as the time from which `performance.now()`
//! counts. There it gets times that are always the same, so that the same script becomes the same
//! component, and no time of the build stays in it.

use crate::phase;
use std::ffi::{c_int, c_long, c_void};
use std::mem::offset_of;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// C's `struct timeval`, as wasi-libc lays it out: its `suseconds_t` is a `long long`, not a `long`.
#[repr(C)]
struct TimeVal {
    seconds: i64,
    microseconds: i64,
}

/// C's `struct timespec`.
#[repr(C)]
struct TimeSpec {
    seconds: i64,
    nanoseconds: c_long,
}

// `c/adapt.h` asserts the same numbers of the C library's own structs: together they say that both
// sides mean the same bytes.
const _: () = {
    assert!(size_of::<TimeVal>() == 16 && offset_of!(TimeVal, microseconds) == 8);
    assert!(size_of::<i64>() == 8);
    assert!(size_of::<TimeSpec>() == 16 && offset_of!(TimeSpec, nanoseconds) == 8);
    assert!(size_of::<c_long>() == 4);
};

unsafe extern "C" {
    /// The C library's own name for `clock_gettime`.
    fn __clock_gettime(clock: *const c_void, time: *mut TimeSpec) -> c_int;
}

/// Takes the place of the C library's function.
///
/// # Safety
///
/// `time` must point to a `struct timeval`.
// SAFETY: has the signature of the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn gettimeofday(time: *mut TimeVal, _zone: *mut c_void) -> c_int {
    let now = if phase::is_starting() {
        Duration::from_secs(1)
    } else {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    };
    let now = TimeVal {
        seconds: now.as_secs() as i64,
        microseconds: now.subsec_micros().into(),
    };
    // SAFETY: the caller gave room for it.
    unsafe { time.write(now) };
    0
}

/// Takes the place of the C library's function.
///
/// # Safety
///
/// `clock` must be one of the C library's, and `time` point to a `struct timespec`.
// SAFETY: has the signature of the C function.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(clock: *const c_void, time: *mut TimeSpec) -> c_int {
    if phase::is_starting() {
        let beginning = TimeSpec {
            seconds: 0,
            nanoseconds: 0,
        };
        // SAFETY: the caller gave room for it.
        unsafe { time.write(beginning) };
        return 0;
    }
    // SAFETY: as the caller promises.
    unsafe { __clock_gettime(clock, time) }
}
