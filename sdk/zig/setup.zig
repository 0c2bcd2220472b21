//! Setup data: what `setup` made once per run, and a scenario's `setup` once for it. It travels as JSON.

const host = @import("host.zig");

/// As the host passed them to the running call, or to the start of this VU's life.
pub var of_run: []const u8 = "";
pub var of_scenario: []const u8 = "";

pub fn read(comptime T: type, bytes: []const u8, comptime what: []const u8) !T {
    return host.parse(T, if (bytes.len == 0) "null" else bytes) catch |problem|
        host.explain(problem, what ++ " isn't the expected JSON: {t}", .{problem});
}
