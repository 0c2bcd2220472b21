//! Cases that use CPU time for ever without a pause: in calls of the host that return at once, and in single
//! instructions that take long.

use crate::cases::request;
use crate::wasmswarm::scenario::http;
use crate::wasmswarm::scenario::vu;

/// A request that is outside of the contract's limits.
pub fn refused_sends() -> ! {
    let mut outside = request("/", "");
    outside.method = "NO METHOD".into();
    loop {
        let _ = http::send(&outside);
    }
}

/// Many of them at once.
pub fn refused_batches() -> ! {
    let batch: Vec<_> = (0..30).map(|_| request("ftp://127.0.0.1/", "")).collect();
    loop {
        let _ = http::send_all(&batch);
    }
}

/// A host that wasn't granted.
pub fn foreign_sends() -> ! {
    let foreign = request("http://elsewhere.test/", "");
    loop {
        let _ = http::send(&foreign);
    }
}

/// Pauses of no length.
pub fn no_pauses() -> ! {
    loop {
        vu::sleep(0);
    }
}

/// One instruction per 24 MiB.
pub fn copies() -> ! {
    let mut bytes = vec![1_u8; 48 << 20];
    loop {
        bytes.copy_within(..24 << 20, 24 << 20);
        std::hint::black_box(&bytes);
    }
}
