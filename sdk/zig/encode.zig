//! Encodings of text in requests: queries and forms, and basic authentication.

const std = @import("std");
const arena = @import("arena.zig");
const host = @import("host.zig");
const Pair = host.Pair;
const Text = std.ArrayList(u8);

/// The URL with these pairs in its query, before a fragment.
pub fn withQuery(url: []const u8, pairs: []const Pair) []const u8 {
    if (pairs.len == 0) return url;
    const at = std.mem.findScalar(u8, url, '#') orelse url.len;
    const begun = std.mem.findScalar(u8, url[0..at], '?') != null;
    return host.print("{s}{c}{s}{s}", .{ url[0..at], @as(u8, if (begun) '&' else '?'), form(pairs), url[at..] });
}

/// Pairs as a form's body (WHATWG URL, "application/x-www-form-urlencoded serializing").
pub fn form(pairs: []const Pair) []const u8 {
    var text: Text = .empty;
    for (pairs, 0..) |pair, index| {
        if (index > 0) push(&text, "&");
        pushEncoded(&text, pair[0]);
        push(&text, "=");
        pushEncoded(&text, pair[1]);
    }
    return text.items;
}

/// The value of an `authorization` header (RFC 7617).
pub fn basic(login: Pair) []const u8 {
    const plain = host.print("{s}:{s}", .{ login[0], login[1] });
    const encoder = std.base64.standard.Encoder;
    const encoded = host.alloc(u8, encoder.calcSize(plain.len));
    return host.print("Basic {s}", .{encoder.encode(encoded, plain)});
}

fn pushEncoded(text: *Text, plain: []const u8) void {
    for (plain) |byte| switch (byte) {
        'a'...'z', 'A'...'Z', '0'...'9', '*', '-', '.', '_' => push(text, &.{byte}),
        ' ' => push(text, "+"),
        else => push(text, &.{ '%', digit(byte >> 4), digit(byte & 15) }),
    };
}

fn push(text: *Text, bytes: []const u8) void {
    text.appendSlice(arena.allocator, bytes) catch unreachable;
}

fn digit(value: u8) u8 {
    return "0123456789ABCDEF"[value];
}
