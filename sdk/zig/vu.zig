//! The virtual user that this instance is, and what it can do.

const std = @import("std");
const abi = @import("abi.zig");
const arena = @import("arena.zig");
const jars = @import("cookies.zig");
const data_sets = @import("data.zig");
const encode = @import("encode.zig");
const host = @import("host.zig");
const http = @import("http.zig");
const setup = @import("setup.zig");
const raw = abi.vu;

/// The handle that every function of a scenario gets.
pub const Vu = struct {
    /// Memory of this call. Nothing in it needs to be freed, and nothing in it may be kept: it is
    /// reused in the next call. What `onStart` takes from it lives as long as the VU.
    arena: std.mem.Allocator = arena.allocator,
    /// Memory of the VU, for what a task puts into the scenario's fields.
    gpa: std.mem.Allocator = std.heap.wasm_allocator,

    /// Sends `GET` and waits for the whole response.
    pub fn get(_: *Vu, url: []const u8, options: http.Options) http.Error!http.Response {
        return http.Request.get(url, options).send();
    }

    pub fn post(_: *Vu, url: []const u8, options: http.Options) http.Error!http.Response {
        return http.Request.post(url, options).send();
    }

    pub fn put(_: *Vu, url: []const u8, options: http.Options) http.Error!http.Response {
        return http.Request.put(url, options).send();
    }

    pub fn patch(_: *Vu, url: []const u8, options: http.Options) http.Error!http.Response {
        return http.Request.patch(url, options).send();
    }

    pub fn delete(_: *Vu, url: []const u8, options: http.Options) http.Error!http.Response {
        return http.Request.delete(url, options).send();
    }

    pub fn head(_: *Vu, url: []const u8, options: http.Options) http.Error!http.Response {
        return http.Request.head(url, options).send();
    }

    /// Sends a request of any method.
    pub fn request(_: *Vu, method: []const u8, url: []const u8, options: http.Options) http.Error!http.Response {
        return http.Request.init(method, url, options).send();
    }

    /// Sends all requests at once (at most 64) and waits for all.
    pub fn sendAll(_: *Vu, requests: []const http.Request) []const http.Answer {
        return http.sendAll(requests);
    }

    /// A body of JSON: `vu.json(.{ .user = "ann" })`.
    pub fn json(_: *Vu, value: anytype) http.Body {
        return .{ .content = host.json(value), .content_type = "application/json" };
    }

    /// A body as an HTML form sends it: `vu.form(&.{.{ "user", "ann" }})`.
    pub fn form(_: *Vu, pairs: []const host.Pair) http.Body {
        return .{ .content = encode.form(pairs), .content_type = "application/x-www-form-urlencoded" };
    }

    /// A body that many requests send, handed over once: `self.file = try vu.share(bytes)` in `onStart`, then
    /// `.body = self.file`. A VU can share 64; the different ones of a run have at most 256 MiB.
    pub fn share(_: *Vu, content: []const u8) http.Error!http.Body {
        return http.share(content);
    }

    /// Why the last request that failed did: which header, limit, certificate or place in the response it was.
    pub fn reason(_: *Vu) []const u8 {
        return http.last_reason;
    }

    /// The VU's own cookies.
    pub fn cookies(_: *Vu) jars.Jar {
        return .own;
    }

    /// Formatted text in the memory of this call.
    pub fn print(_: *Vu, comptime format: []const u8, arguments: anytype) []const u8 {
        return host.print(format, arguments);
    }

    /// Ends the task with a message: `return vu.fail("no token in {s}", .{body})`.
    pub fn fail(_: *Vu, comptime format: []const u8, arguments: anytype) error{Failed} {
        return host.explain(error.Failed, format, arguments);
    }

    /// Counts a pass or a failure under `name` and returns `passed`.
    pub fn check(vu: *Vu, name: []const u8, passed: bool) bool {
        return vu.checkTagged(name, passed, &.{});
    }

    /// As `check`, with tags that split the results further.
    pub fn checkTagged(_: *Vu, name: []const u8, passed: bool, tags: []const host.Pair) bool {
        const lowered = host.lowerPairs(tags);
        return abi.checks.check(name.ptr, name.len, passed, lowered.ptr, lowered.len);
    }

    /// Begins a group: until it is left, all that is recorded has its name as a tag.
    ///
    ///     const purchase = vu.group("purchase");
    ///     defer purchase.leave();
    pub fn group(_: *Vu, name: []const u8) Group {
        raw.@"enter-group"(name.ptr, name.len);
        return .{};
    }

    /// Sets a tag on all that this VU records from now on; an empty value removes it.
    pub fn setTag(_: *Vu, key: []const u8, value: []const u8) void {
        raw.@"set-tag"(key.ptr, key.len, value.ptr, value.len);
    }

    /// Number of this VU in the run, from 1.
    pub fn id(vu: *Vu) u64 {
        return vu.current().id;
    }

    /// Who is running: all of it with one call into the host.
    pub fn current(_: *Vu) Identity {
        var identity: raw.Identity = undefined;
        raw.current(&identity);
        return .{
            .id = identity.id,
            .scenario_index = identity.scenario_index,
            .scenario = identity.scenario.get(),
            .iteration = identity.iteration,
            .iteration_index = identity.iteration_index,
        };
    }

    /// Random numbers from the VU's own generator, which the run's seed determines.
    pub fn random(_: *Vu) std.Random {
        return .{ .ptr = undefined, .fillFn = fillRandom };
    }

    /// Pauses inside a task for this many seconds.
    pub fn sleep(_: *Vu, seconds: f64) void {
        raw.sleep(host.micros(seconds));
    }

    /// Microseconds since the run began.
    pub fn now(_: *Vu) u64 {
        return raw.now();
    }

    /// Ends this VU after the running task.
    pub fn stop(_: *Vu) void {
        raw.stop();
    }

    /// Ends the whole run in an orderly way, for this reason.
    pub fn abort(_: *Vu, why: []const u8) void {
        raw.abort(why.ptr, why.len);
    }

    /// The value of a parameter that the operator passed with `-e NAME=value`.
    pub fn param(_: *Vu, name: []const u8) ?[]const u8 {
        var value: abi.MaybeBytes = undefined;
        abi.params.get(name.ptr, name.len, &value);
        return value.get();
    }

    /// As `param`, read as a number, a boolean or an enum.
    pub fn paramAs(vu: *Vu, comptime T: type, name: []const u8) error{InvalidValue}!?T {
        const text = vu.param(name) orelse return null;
        return data_sets.read(T, text) catch |problem|
            host.explain(problem, "parameter {s} is \"{s}\", which isn't of type {s}", .{ name, text, @typeName(T) });
    }

    /// All parameters, sorted by name.
    pub fn params(_: *Vu) []const host.Pair {
        var pairs: abi.Slice(abi.Pair) = undefined;
        abi.params.all(&pairs);
        return host.liftPairs(pairs);
    }

    /// The data set that the operator granted with `--data NAME=FILE`.
    pub fn data(_: *Vu, name: []const u8) data_sets.Set {
        return .{ .name = name };
    }

    /// What the plugin's `setup` returned.
    pub fn setupData(_: *Vu, comptime T: type) !T {
        return setup.read(T, setup.of_run, "the setup data");
    }

    /// What the scenario's own `setup` returned.
    pub fn scenarioData(_: *Vu, comptime T: type) !T {
        return setup.read(T, setup.of_scenario, "the scenario's setup data");
    }
};

/// A group that was begun.
pub const Group = struct {
    pub fn leave(_: Group) void {
        raw.@"leave-group"();
    }
};

pub const Identity = struct {
    /// Number of this VU in the run, from 1; 0 in `setup`, `teardown` and `shape`.
    id: u64,
    scenario_index: u32,
    scenario: []const u8,
    /// Iterations this VU has begun, the running one included.
    iteration: u64,
    /// Number of the running iteration in its scenario of the whole run, from 0.
    iteration_index: u64,
};

fn fillRandom(_: *anyopaque, bytes: []u8) void {
    var rest = bytes;
    while (rest.len > 0) {
        const number: [8]u8 = @bitCast(raw.random());
        const count = @min(rest.len, number.len);
        @memcpy(rest[0..count], number[0..count]);
        rest = rest[count..];
    }
}
