//! Custom metrics, and requests of protocols that the host doesn't speak.
//!
//! A metric is a constant with a name; nothing is registered beforehand.
//!
//! ```no_run
//! # use wasmswarm_sdk::prelude::*;
//! const ORDERS: Counter = Counter::new("orders");
//! const CART_VALUE: Trend = Trend::new("cart_value");
//!
//! # fn task() {
//! ORDERS.increment();
//! CART_VALUE.add(19.9);
//! ORDERS.tagged(&[("kind", "gift")]).add(2);
//! # }
//! ```
//!
//! A name belongs to one kind of metric for the whole run; another kind under it is a trap.

use crate::bindings::wasmswarm::scenario::metrics::{self, MetricType};
use crate::time::{IntoDuration, micros};

/// A number that a metric takes. Whole numbers above 2⁵³ are rounded.
pub trait Number {
    /// The number as the host keeps it.
    fn into_f64(self) -> f64;
}

macro_rules! numbers {
    ($($number:ty)*) => {
        $(impl Number for $number {
            fn into_f64(self) -> f64 {
                self as f64
            }
        })*
    };
}
numbers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64);

macro_rules! metric {
    ($(#[$doc:meta])* $metric:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $metric<'a> {
            name: &'a str,
            tags: &'a [(&'a str, &'a str)],
        }

        impl<'a> $metric<'a> {
            /// The metric of this name (at most 200 bytes).
            #[must_use]
            pub const fn new(name: &'a str) -> Self {
                Self { name, tags: &[] }
            }

            /// The same metric, with tags on the values added through it.
            #[must_use]
            pub const fn tagged(self, tags: &'a [(&'a str, &'a str)]) -> Self {
                Self { name: self.name, tags }
            }

            fn record(self, value: f64) {
                metrics::add(self.name, MetricType::$metric, value, self.tags);
            }
        }
    };
}

metric! {
    /// A sum, such as orders placed.
    Counter
}

metric! {
    /// The last value counts, such as a queue's length.
    Gauge
}

metric! {
    /// A share, such as cache hits.
    Rate
}

metric! {
    /// A distribution, such as the value of a cart. Values must not be negative.
    Trend
}

impl Counter<'_> {
    /// Adds a number.
    pub fn add(self, number: impl Number) {
        self.record(number.into_f64());
    }

    /// Adds 1.
    pub fn increment(self) {
        self.record(1.0);
    }
}

impl Gauge<'_> {
    /// Sets the value.
    pub fn set(self, value: impl Number) {
        self.record(value.into_f64());
    }
}

impl Rate<'_> {
    /// Counts a hit or a miss.
    pub fn add(self, hit: bool) {
        self.record(f64::from(u8::from(hit)));
    }
}

impl Trend<'_> {
    /// Adds a value to the distribution.
    pub fn add(self, value: impl Number) {
        self.record(value.into_f64());
    }
}

/// Records an exchange in another protocol as a request, beside HTTP in the same table.
///
/// `protocol` takes the method's place (`redis`). A number as `duration` means seconds. An error
/// is the message of a failed exchange.
pub fn record_request(
    protocol: &str,
    name: &str,
    duration: impl IntoDuration,
    bytes_received: u64,
    outcome: Result<(), &str>,
) {
    let error = outcome.err().unwrap_or_default();
    metrics::record_request(
        protocol,
        name,
        micros(duration.into_duration()),
        bytes_received,
        error,
    );
}
