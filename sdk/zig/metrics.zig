//! Custom metrics, and requests of protocols that the host doesn't speak.
//!
//! A metric is a constant with a name: `const carts: Counter = .{ .name = "carts" };`.

const abi = @import("abi.zig");
const host = @import("host.zig");
const raw = abi.metrics;

/// A sum, such as orders placed.
pub const Counter = struct {
    name: []const u8,
    tags: []const host.Pair = &.{},

    pub fn add(counter: Counter, number: anytype) void {
        record(counter, .counter, toFloat(number));
    }
};

/// The last value counts, such as a queue's length.
pub const Gauge = struct {
    name: []const u8,
    tags: []const host.Pair = &.{},

    pub fn set(gauge: Gauge, value: anytype) void {
        record(gauge, .gauge, toFloat(value));
    }
};

/// A share, such as cache hits.
pub const Rate = struct {
    name: []const u8,
    tags: []const host.Pair = &.{},

    pub fn add(rate: Rate, hit: bool) void {
        record(rate, .rate, if (hit) 1 else 0);
    }
};

/// A distribution, such as the value of a cart. Values must not be negative.
pub const Trend = struct {
    name: []const u8,
    tags: []const host.Pair = &.{},

    pub fn add(trend: Trend, value: anytype) void {
        record(trend, .trend, toFloat(value));
    }
};

/// An exchange in another protocol.
pub const Exchange = struct {
    /// Takes the method's place, such as `redis`.
    protocol: []const u8,
    name: []const u8,
    /// Seconds.
    duration: f64,
    bytes_received: u64 = 0,
    /// Why it failed; empty for success.
    problem: []const u8 = "",
};

/// Counts the exchange as a request, beside HTTP in the same table.
pub fn recordRequest(exchange: Exchange) void {
    raw.@"record-request"(
        exchange.protocol.ptr,
        exchange.protocol.len,
        exchange.name.ptr,
        exchange.name.len,
        host.micros(exchange.duration),
        exchange.bytes_received,
        exchange.problem.ptr,
        exchange.problem.len,
    );
}

fn record(metric: anytype, kind: raw.Kind, value: f64) void {
    const tags = host.lowerPairs(metric.tags);
    raw.add(metric.name.ptr, metric.name.len, @backingInt(kind), value, tags.ptr, tags.len);
}

fn toFloat(number: anytype) f64 {
    return switch (@typeInfo(@TypeOf(number))) {
        .int => @floatFromInt(number),
        else => number,
    };
}
