//! Lines for the operator, and the last words of a panic.

const std = @import("std");
const abi = @import("abi.zig");
const host = @import("host.zig");
const wasi = std.os.wasi;

/// Where `std.log` goes. A scope other than the default one is put before the message.
pub fn log(
    comptime level: std.log.Level,
    comptime scope: @EnumLiteral(),
    comptime format: []const u8,
    arguments: anytype,
) void {
    const prefix = if (scope == .default) "" else @tagName(scope) ++ ": ";
    const message = host.print(prefix ++ format, arguments);
    const host_level: abi.log.Level = switch (level) {
        .debug => .debug,
        .info => .info,
        .warn => .warn,
        .err => .err,
    };
    abi.log.write(@backingInt(host_level), message.ptr, message.len);
}

/// Writes the message to standard error, and traps.
pub fn panic(message: []const u8, _: ?usize) noreturn {
    @branchHint(.cold);
    // One at a time: of several parts the adapter writes only the first.
    for ([_][]const u8{ "panic: ", message, "\n" }) |text| {
        const part = [_]wasi.ciovec_t{.{ .base = text.ptr, .len = text.len }};
        var written: usize = undefined;
        _ = wasi.fd_write(2, &part, part.len, &written);
    }
    @trap();
}
