//! What the other files share: pairs and seconds as the host wants them, and the reason of a failure.

const std = @import("std");
const abi = @import("abi.zig");
const arena = @import("arena.zig");

/// A key and its value: `.{ "accept", "text/html" }`.
pub const Pair = struct { []const u8, []const u8 };

/// The pairs as they lie in memory for the host. None cost nothing.
pub fn lowerPairs(pairs: []const Pair) abi.Slice(abi.Pair) {
    if (pairs.len == 0) return .empty;
    const lowered = alloc(abi.Pair, pairs.len);
    for (lowered, pairs) |*raw, pair| raw.* = .{ .key = .of(pair[0]), .value = .of(pair[1]) };
    return .of(lowered);
}

pub fn liftPairs(raw: abi.Slice(abi.Pair)) []const Pair {
    const pairs = alloc(Pair, raw.len);
    for (pairs, raw.get()) |*pair, from| pair.* = .{ from.key.get(), from.value.get() };
    return pairs;
}

pub fn lowerTexts(texts: []const []const u8) abi.Slice(abi.Bytes) {
    const lowered = alloc(abi.Bytes, texts.len);
    for (lowered, texts) |*raw, text| raw.* = .of(text);
    return .of(lowered);
}

/// Memory of this call. There is always some: a VU that runs out of it is replaced.
pub fn alloc(comptime T: type, count: usize) []T {
    return arena.allocator.alloc(T, count) catch unreachable;
}

pub fn concat(comptime T: type, first: []const T, second: []const T) []T {
    return std.mem.concat(arena.allocator, T, &.{ first, second }) catch unreachable;
}

/// Formatted text in the memory of this call.
pub fn print(comptime format: []const u8, arguments: anytype) []u8 {
    return std.fmt.allocPrint(arena.allocator, format, arguments) catch unreachable;
}

/// The value as JSON in the memory of this call.
pub fn json(value: anytype) []u8 {
    return std.json.Stringify.valueAlloc(arena.allocator, value, .{}) catch unreachable;
}

/// A value out of JSON. Fields that `T` doesn't have are passed over.
pub fn parse(comptime T: type, bytes: []const u8) !T {
    return std.json.parseFromSliceLeaky(T, arena.allocator, bytes, .{ .ignore_unknown_fields = true });
}

/// Seconds as the contract counts them. Negative and not finite numbers count as 0.
pub fn micros(seconds: f64) u64 {
    if (!(seconds > 0) or std.math.isInf(seconds)) return 0;
    return std.math.lossyCast(u64, @round(seconds * 1e6));
}

/// Zig's errors carry no text; this one belongs to the last error that was given one.
var reason: ?struct { of: anyerror, text: []const u8 } = null;

/// Returns the error, and keeps the text for the report of the task that fails with it.
pub fn explain(problem: anytype, comptime format: []const u8, arguments: anytype) @TypeOf(problem) {
    @branchHint(.cold);
    reason = .{ .of = problem, .text = print(format, arguments) };
    return problem;
}

/// What the host is told about an error that left a function of the scenario.
pub fn describe(problem: anyerror) []const u8 {
    if (reason) |known| if (known.of == problem) return known.text;
    return @errorName(problem);
}

/// The texts lie in the memory of the call that is over.
pub fn forget() void {
    @import("http.zig").last_reason = "";
    reason = null;
}
