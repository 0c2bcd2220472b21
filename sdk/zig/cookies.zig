//! The VU's cookies, as the host keeps, sends and stores them (RFC 6265): there is no other jar.

const std = @import("std");
const abi = @import("abi.zig");
const host = @import("host.zig");
const raw = abi.cookies;

/// One of a jar's. Its texts lie in the memory of this call.
pub const Cookie = struct {
    name: []const u8,
    value: []const u8,
    /// In lower case, without a leading dot.
    domain: []const u8,
    path: []const u8 = "/",
    /// Seconds since 1970; 0 lasts as long as the jar.
    expires: u64 = 0,
    /// Only sent over https.
    secure: bool = false,
    /// Makes no difference here.
    http_only: bool = false,
    /// Only sent to `domain` itself.
    host_only: bool = false,
};

/// Cookies for requests. URLs are absolute, or relative to the run's host. A `cookie` header that a request
/// sets goes out together with the jar's cookies: its own first, and of the jar those that have another name.
pub const Jar = struct {
    number: u64,

    /// The VU's own.
    pub const own: Jar = .{ .number = 0 };
    /// None: nothing is sent or stored.
    pub const none: Jar = .{ .number = ~@as(u64, 0) };

    /// An empty one, for requests that name it. Of a VU's jars, the 64 that were used last have cookies.
    pub fn init() Jar {
        return .{ .number = raw.@"new-jar"() };
    }

    /// What a request to this URL carries, in that order.
    pub fn matching(jar: Jar, url: []const u8) []const Cookie {
        var list: abi.Slice(raw.Cookie) = undefined;
        raw.matching(jar.number, url.ptr, url.len, &list);
        return lift(list);
    }

    /// The value of the first cookie of this name that a request to this URL carries.
    pub fn get(jar: Jar, url: []const u8, name: []const u8) ?[]const u8 {
        for (jar.matching(url)) |cookie| if (std.mem.eql(u8, cookie.name, name)) return cookie.value;
        return null;
    }

    /// All that haven't expired, in the order in which they were set.
    pub fn all(jar: Jar) []const Cookie {
        var list: abi.Slice(raw.Cookie) = undefined;
        raw.all(jar.number, &list);
        return lift(list);
    }

    /// Takes in the text of a `Set-Cookie` header, as if this URL had answered with it. False if it is ignored there.
    pub fn set(jar: Jar, url: []const u8, text: []const u8) bool {
        return raw.set(jar.number, url.ptr, url.len, text.ptr, text.len);
    }

    /// Puts in a cookie as it is, whoever it belongs to. False if it can't be sent.
    pub fn put(jar: Jar, c: Cookie) bool {
        return raw.put(jar.number, c.name.ptr, c.name.len, c.value.ptr, c.value.len, c.domain.ptr, c.domain.len, c.path.ptr, c.path.len, c.expires, c.secure, c.http_only, c.host_only);
    }

    /// Removes the cookies of this name that a request to this URL carries, and returns how many these were.
    pub fn delete(jar: Jar, url: []const u8, name: []const u8) u32 {
        return raw.delete(jar.number, url.ptr, url.len, name.ptr, name.len);
    }

    /// Removes all cookies.
    pub fn clear(jar: Jar) void {
        raw.clear(jar.number);
    }
};

fn lift(list: abi.Slice(raw.Cookie)) []const Cookie {
    const cookies = host.alloc(Cookie, list.len);
    for (cookies, list.get()) |*cookie, from| cookie.* = .{
        .name = from.name.get(),
        .value = from.value.get(),
        .domain = from.domain.get(),
        .path = from.path.get(),
        .expires = from.expires,
        .secure = from.secure,
        .http_only = from.http_only,
        .host_only = from.host_only,
    };
    return cookies;
}
