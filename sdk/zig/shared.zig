//! State that all VUs of a run share: counters, queues and keys. Values travel as JSON.
//!
//! Everything else in a plugin is one VU's own. Each call is atomic and returns at once. The order in
//! which VUs come here is the system's: it differs between runs of one seed.

const abi = @import("abi.zig");
const host = @import("host.zig");
const raw = abi.shared;

/// Why a value wasn't taken: all names and values together have at most 16 MiB, one value 64 KiB.
pub const Error = error{ SharedFull, ValueTooLarge };

/// Adds to a counter, which begins at 0, and returns its new value.
pub fn add(name: []const u8, delta: i64) i64 {
    return raw.add(name.ptr, name.len, delta);
}

/// The value of a counter.
pub fn total(name: []const u8) i64 {
    return raw.total(name.ptr, name.len);
}

/// Puts a value at the end of a queue.
pub fn push(name: []const u8, value: anytype) Error!void {
    const json = host.json(value);
    var change: raw.Change = undefined;
    raw.push(name.ptr, name.len, json.ptr, json.len, &change);
    _ = try lift(name, change);
}

/// Takes the value at the front of a queue. Each value is handed out once.
pub fn pop(name: []const u8, comptime T: type) !?T {
    var value: abi.MaybeBytes = undefined;
    raw.pop(name.ptr, name.len, &value);
    return parse(T, name, value);
}

/// How many values a queue holds.
pub fn length(name: []const u8) u64 {
    return raw.length(name.ptr, name.len);
}

/// Sets the value of a key.
pub fn write(key: []const u8, value: anytype) Error!void {
    const json = host.json(value);
    var change: raw.Change = undefined;
    raw.write(key.ptr, key.len, json.ptr, json.len, &change);
    _ = try lift(key, change);
}

/// The value of a key, if it has one.
pub fn read(key: []const u8, comptime T: type) !?T {
    var value: abi.MaybeBytes = undefined;
    raw.read(key.ptr, key.len, &value);
    return parse(T, key, value);
}

/// Removes a key, and returns whether it had a value.
pub fn remove(key: []const u8) bool {
    return raw.remove(key.ptr, key.len);
}

/// Sets the value of a key only if it has none, and returns whether it did.
pub fn writeNew(key: []const u8, value: anytype) Error!bool {
    const json = host.json(value);
    var change: raw.Change = undefined;
    raw.@"write-new"(key.ptr, key.len, json.ptr, json.len, &change);
    return lift(key, change);
}

/// Sets the value of a key only if it has the expected one, and returns whether it did.
pub fn compareAndSet(key: []const u8, expected: anytype, value: anytype) Error!bool {
    const old = host.json(expected);
    const new = host.json(value);
    var change: raw.Change = undefined;
    raw.@"compare-and-set"(key.ptr, key.len, old.ptr, old.len, new.ptr, new.len, &change);
    return lift(key, change);
}

fn lift(name: []const u8, change: raw.Change) Error!bool {
    if (!change.is_error) return change.payload.done;
    return switch (change.payload.code) {
        0 => host.explain(error.SharedFull, "shared {s}: there is no room left", .{name}),
        else => host.explain(error.ValueTooLarge, "shared {s}: the value has more than 64 KiB", .{name}),
    };
}

fn parse(comptime T: type, name: []const u8, value: abi.MaybeBytes) !?T {
    const bytes = value.get() orelse return null;
    return host.parse(T, bytes) catch |problem|
        host.explain(problem, "shared {s}: the value isn't the expected JSON: {t}", .{ name, problem });
}
