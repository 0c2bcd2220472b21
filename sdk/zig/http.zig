//! Requests, made and measured by the host.
//!
//! A response with a bad status is no error: the host has counted it as failed. An error means that
//! there is no response.

const std = @import("std");
const abi = @import("abi.zig");
const cookies = @import("cookies.zig");
const encode = @import("encode.zig");
const host = @import("host.zig");
const raw = abi.http;

/// What can be said about a request beside its URL. What isn't said is the host's default.
pub const Options = struct {
    /// Groups requests in the results: `/users/{id}` for `/users/17`.
    name: []const u8 = "",
    /// Appended to the URL, encoded.
    query: []const host.Pair = &.{},
    headers: []const host.Pair = &.{},
    /// What the header `authorization` says.
    auth: Auth = .none,
    /// Of `vu.json`, `vu.form`, `.text("…")` or `.bytes("…")`.
    body: Body = .{},
    /// Whose cookies it carries, and where those go that it is answered with.
    jar: cookies.Jar = .own,
    /// Split the results further; 16 count.
    tags: []const host.Pair = &.{},
    /// Seconds for the whole exchange; 0 is the run's limit.
    timeout: f64 = 0,
    redirects: Redirects = .inherit,
    /// Statuses that count as success; 200 to 399 if none are named.
    expect: []const Statuses = &.{},
    /// Whether the host keeps the body to be asked for. `nothing` is cheapest.
    keep: enum { all, nothing } = .all,
};

pub const Redirects = union(enum) {
    /// As the run's options say.
    inherit,
    /// The redirect itself is the response.
    none,
    /// At most this many hops.
    follow: u32,
};

/// A range of statuses, both ends included.
pub const Statuses = struct {
    first: u16,
    last: u16,

    pub fn one(status: u16) Statuses {
        return .{ .first = status, .last = status };
    }

    pub fn range(first: u16, last: u16) Statuses {
        return .{ .first = first, .last = last };
    }
};

pub const Auth = union(enum) {
    none,
    /// A token.
    bearer: []const u8,
    /// User and password.
    basic: host.Pair,

    fn header(auth: Auth) ?[]const u8 {
        return switch (auth) {
            .none => null,
            .bearer => |token| host.print("Bearer {s}", .{token}),
            .basic => |login| encode.basic(login),
        };
    }
};

/// What is sent, and the content type that goes with it unless the headers name another one.
pub const Body = struct {
    content: []const u8 = "",
    content_type: []const u8 = "",
    /// The number of a body that the host has: see `vu.share`.
    shared: ?u64 = null,

    pub fn bytes(content: []const u8) Body {
        return .{ .content = content };
    }

    pub fn text(content: []const u8) Body {
        return .{ .content = content, .content_type = "text/plain; charset=utf-8" };
    }
};

/// A request that hasn't been sent.
pub const Request = struct {
    method: []const u8,
    url: []const u8,
    options: Options,

    pub fn init(method: []const u8, url: []const u8, options: Options) Request {
        return .{ .method = method, .url = url, .options = options };
    }

    pub fn get(url: []const u8, options: Options) Request {
        return init("GET", url, options);
    }

    pub fn post(url: []const u8, options: Options) Request {
        return init("POST", url, options);
    }

    pub fn put(url: []const u8, options: Options) Request {
        return init("PUT", url, options);
    }

    pub fn patch(url: []const u8, options: Options) Request {
        return init("PATCH", url, options);
    }

    pub fn delete(url: []const u8, options: Options) Request {
        return init("DELETE", url, options);
    }

    pub fn head(url: []const u8, options: Options) Request {
        return init("HEAD", url, options);
    }

    /// Sends the request and waits for the whole response.
    pub fn send(request: Request) Error!Response {
        const lowered = request.lower();
        var answer: raw.Answer = undefined;
        const jar = request.options.jar.number;
        if (jar != 0) abi.cookies.@"use-jar"(jar);
        defer if (jar != 0) abi.cookies.@"use-jar"(0);
        if (request.options.body.shared) |body| {
            raw.@"send-shared"(&.{ .request = lowered, .body = body }, &answer);
        } else {
            raw.send(&lowered, &answer);
        }
        return request.lift(answer, if (answer.is_error) why(0) else "");
    }

    fn lower(request: Request) raw.Request {
        const options = request.options;
        return .{
            .method = .of(request.method),
            .url = .of(encode.withQuery(request.url, options.query)),
            .headers = host.lowerPairs(allHeaders(options)),
            .body = .of(options.body.content),
            .name = .of(options.name),
            .tags = host.lowerPairs(options.tags),
            .timeout = host.micros(options.timeout),
            .redirects = switch (options.redirects) {
                .inherit => .{ .policy = .inherit, .limit = 0 },
                .none => .{ .policy = .none, .limit = 0 },
                .follow => |limit| .{ .policy = .follow, .limit = limit },
            },
            .expected = lowerStatuses(options.expect),
            .keep = switch (options.keep) {
                .all => .all,
                .nothing => .nothing,
            },
        };
    }

    fn lift(request: Request, answer: raw.Answer, reason: []const u8) Error!Response {
        if (!answer.is_error) {
            const response = answer.payload.response;
            return .{ .id = response.id, .status = response.status, .ok = response.ok, .duration = response.duration };
        }
        const cause = causes[answer.payload.code];
        const path = request.url[0 .. std.mem.findAny(u8, request.url, "?#") orelse request.url.len];
        last_reason = reason;
        return host.explain(cause.@"error", "{s} {s}: {s}{s}{s}", .{
            request.method,
            if (request.options.name.len > 0) request.options.name else path,
            cause.text,
            if (reason.len > 0) ": " else "",
            reason,
        });
    }
};

/// The given headers, and those that other options stand for.
fn allHeaders(options: Options) []const host.Pair {
    var extra: [2]host.Pair = undefined;
    var count: usize = 0;
    if (options.body.content_type.len > 0 and !hasHeader(options.headers, "content-type")) {
        extra[count] = .{ "content-type", options.body.content_type };
        count += 1;
    }
    if (options.auth.header()) |value| {
        extra[count] = .{ "authorization", value };
        count += 1;
    }
    return if (count == 0) options.headers else host.concat(host.Pair, options.headers, extra[0..count]);
}

/// Sends all requests at once and waits for all. The answers are in the order of the requests.
pub fn sendAll(requests: []const Request) []const Answer {
    const lowered = host.alloc(raw.Request, requests.len);
    for (lowered, requests) |*to, request| to.* = request.lower();
    var results: abi.Slice(raw.Answer) = undefined;
    const bodies = host.alloc(u64, requests.len);
    for (bodies, requests) |*body, request| body.* = request.options.body.shared orelse raw.own_body;
    useJars(requests);
    raw.@"send-all-shared"(lowered.ptr, lowered.len, bodies.ptr, bodies.len, &results);
    const answers = host.alloc(Answer, requests.len);
    for (answers, requests, results.get(), 0..) |*answer, request, result, index| {
        answer.* = .{ .request = request, .raw = result, .reason = if (result.is_error) why(index) else "" };
    }
    return answers;
}

/// Lets each request of the next batch use its own jar, if any of them has one.
fn useJars(requests: []const Request) void {
    const others = for (requests) |request| {
        if (request.options.jar.number != 0) break true;
    } else false;
    if (!others) return;
    const jars = host.alloc(u64, requests.len);
    for (jars, requests) |*jar, request| jar.* = request.options.jar.number;
    abi.cookies.@"use-jars"(jars.ptr, jars.len);
}

/// Why the last request that failed did, in words. It lies in the memory of the call.
pub var last_reason: []const u8 = "";

fn why(index: usize) []const u8 {
    var text: abi.Bytes = undefined;
    raw.failure(@intCast(index), &text);
    return text.get();
}

/// Hands over a body that many requests send. Equal bodies are kept once for the whole run.
pub fn share(content: []const u8) Error!Body {
    var shared: raw.Shared = undefined;
    raw.@"share-body"(content.ptr, content.len, &shared);
    if (!shared.is_error) return .{ .shared = shared.payload.number };
    const cause = causes[shared.payload.code];
    last_reason = why(0);
    return host.explain(cause.@"error", "share a body: {s}: {s}", .{ cause.text, last_reason });
}

/// What became of one of several requests.
pub const Answer = struct {
    request: Request,
    raw: raw.Answer,
    /// Why there is no response, in words.
    reason: []const u8,

    /// The response, or why there is none.
    pub fn get(answer: Answer) Error!Response {
        return answer.request.lift(answer.raw, answer.reason);
    }
};

/// A completed exchange. Its body and headers lie on the host until they are asked for.
pub const Response = struct {
    /// Names it on the host.
    id: u64,
    status: u16,
    /// Whether the status was one of the expected ones.
    ok: bool,
    /// Microseconds from the first byte written to the last byte read.
    duration: u64,

    /// The decompressed body; empty if it wasn't kept.
    pub fn body(response: Response) []const u8 {
        var bytes: abi.Bytes = undefined;
        raw.body(response.id, &bytes);
        return bytes.get();
    }

    /// The body as JSON. Fields that `T` doesn't have are passed over.
    pub fn json(response: Response, comptime T: type) !T {
        const bytes = response.body();
        return host.parse(T, bytes) catch |problem| {
            const status = response.status;
            if (bytes.len == 0)
                return host.explain(problem, "the body of the {d} response is empty or wasn't kept", .{status});
            return host.explain(problem, "the body of the {d} response isn't the expected JSON: {t}", .{ status, problem });
        };
    }

    /// The first header of this name, in any case.
    pub fn header(response: Response, name: []const u8) ?[]const u8 {
        var value: abi.MaybeBytes = undefined;
        raw.header(response.id, name.ptr, name.len, &value);
        return value.get();
    }

    /// All headers in the order received.
    pub fn headers(response: Response) []const host.Pair {
        var pairs: abi.Slice(abi.Pair) = undefined;
        raw.headers(response.id, &pairs);
        return host.liftPairs(pairs);
    }

    /// Where the time went, in microseconds.
    pub fn timings(response: Response) Timings {
        var times: Timings = undefined;
        raw.@"get-timings"(response.id, &times);
        return times;
    }

    /// The address and port that answered.
    pub fn remoteAddress(response: Response) []const u8 {
        var address: abi.Bytes = undefined;
        raw.@"remote-address"(response.id, &address);
        return address.get();
    }

    /// The URL that answered, after redirects.
    pub fn url(response: Response) []const u8 {
        var final: abi.Bytes = undefined;
        raw.@"final-url"(response.id, &final);
        return final.get();
    }

    /// Counts the response as a success, whatever its status.
    pub fn pass(response: Response) void {
        raw.pass(response.id);
    }

    /// Counts the response as a failure with this message.
    pub fn fail(response: Response, message: []const u8) void {
        raw.fail(response.id, message.ptr, message.len);
    }

    /// Ends the task unless the status is an expected one.
    pub fn expectOk(response: Response) error{UnexpectedStatus}!Response {
        if (response.ok) return response;
        return host.explain(error.UnexpectedStatus, "unexpected status {d}", .{response.status});
    }
};

pub const Timings = raw.Timings;

/// Why there is no response.
pub const Error = error{
    InvalidUrl,
    InvalidRequest,
    HostNotAllowed,
    DnsFailed,
    ConnectionRefused,
    ConnectFailed,
    TlsFailed,
    InvalidCertificate,
    Timeout,
    ConnectionClosed,
    ProtocolViolated,
    ResponseTooLarge,
    DecodeFailed,
    TooManyRedirects,
    ProxyFailed,
    GeneratorExhausted,
    Interrupted,
};

/// In the order of the contract's `error-code`.
const causes = [_]struct { @"error": Error, text: []const u8 }{
    .{ .@"error" = error.InvalidUrl, .text = "invalid-url" },
    .{ .@"error" = error.InvalidRequest, .text = "invalid-request" },
    .{ .@"error" = error.HostNotAllowed, .text = "host-not-allowed" },
    .{ .@"error" = error.DnsFailed, .text = "dns" },
    .{ .@"error" = error.ConnectionRefused, .text = "connection-refused" },
    .{ .@"error" = error.ConnectFailed, .text = "connect" },
    .{ .@"error" = error.TlsFailed, .text = "tls" },
    .{ .@"error" = error.InvalidCertificate, .text = "certificate" },
    .{ .@"error" = error.Timeout, .text = "timeout" },
    .{ .@"error" = error.ConnectionClosed, .text = "connection-closed" },
    .{ .@"error" = error.ProtocolViolated, .text = "protocol" },
    .{ .@"error" = error.ResponseTooLarge, .text = "response-too-large" },
    .{ .@"error" = error.DecodeFailed, .text = "decode" },
    .{ .@"error" = error.TooManyRedirects, .text = "too-many-redirects" },
    .{ .@"error" = error.ProxyFailed, .text = "proxy" },
    .{ .@"error" = error.GeneratorExhausted, .text = "exhausted" },
    .{ .@"error" = error.Interrupted, .text = "interrupted" },
};

fn lowerStatuses(ranges: []const Statuses) abi.Slice(raw.Statuses) {
    if (ranges.len == 0) return .empty;
    const lowered = host.alloc(raw.Statuses, ranges.len);
    for (lowered, ranges) |*to, range| to.* = .{ .first = range.first, .last = range.last };
    return .of(lowered);
}

fn hasHeader(headers: []const host.Pair, name: []const u8) bool {
    for (headers) |pair| if (std.ascii.eqlIgnoreCase(pair[0], name)) return true;
    return false;
}
