//! From the calls of the host to the functions of the plugin, whatever these take and return.

const std = @import("std");
const abi = @import("abi.zig");
const describe = @import("describe.zig");
const host = @import("host.zig");
const ws = @import("wasmswarm.zig");
const raw = abi.scenario;

var vu: ws.Vu = .{};

/// The memory of the VU, if it runs this scenario.
fn Memory(comptime S: type) type {
    return struct {
        var value: S = undefined;
    };
}

/// Begins a VU's life: its memory has the default values of its fields.
pub fn start(comptime S: type) anyerror!void {
    Memory(S).value = .{};
    if (@hasDecl(S, "onStart")) _ = try call(S, S.onStart);
}

pub fn stop(comptime S: type) anyerror!void {
    if (@hasDecl(S, "onStop")) _ = try call(S, S.onStop);
}

/// Runs the task of this index.
pub fn runTask(comptime S: type, index: u32) anyerror!raw.Outcome {
    inline for (comptime describe.taskNames(S), 0..) |name, task| {
        if (index == task) return lower(S, try call(S, @field(S, name)));
    }
    return host.explain(error.NoSuchTask, "the scenario has no task {d}", .{index});
}

/// What a function named `setup` returns, as JSON.
pub fn setup(comptime Owner: type) anyerror![]const u8 {
    if (!@hasDecl(Owner, "setup")) return "";
    const value = try unwrap(Owner.setup(&vu));
    return if (@TypeOf(value) == void) "" else host.json(value);
}

pub fn teardown(comptime Owner: type) anyerror!void {
    if (@hasDecl(Owner, "teardown")) try unwrap(Owner.teardown(&vu));
}

/// What a function named `shape` answers.
pub fn shape(comptime root: type, moment: ws.Moment) anyerror!raw.Target {
    const stop_target: raw.Target = .{ .kind = .stop, .value = .{ .rate = 0 } };
    if (!@hasDecl(root, "shape")) return stop_target;
    const target: ?ws.Target = try unwrap(root.shape(moment));
    return switch (target orelse return stop_target) {
        .rate => |rate| .{ .kind = .rate, .value = .{ .rate = rate } },
        .users => |users| .{ .kind = .users, .value = .{ .users = .{
            .users = users.count,
            .spawn_rate = users.spawn_rate,
            .scenarios = host.lowerTexts(users.scenarios),
        } } },
    };
}

/// Calls a function of the scenario with the memory and the handle, as far as it takes them.
fn call(comptime S: type, comptime function: anytype) anyerror!ws.Outcome {
    const parameters = @typeInfo(@TypeOf(function)).@"fn".param_types;
    const result = try unwrap(switch (parameters.len) {
        0 => function(),
        1 => if (parameters[0] == *ws.Vu) function(&vu) else function(&Memory(S).value),
        2 => function(&Memory(S).value, &vu),
        else => @compileError("a function of a scenario takes (self: *" ++ @typeName(S) ++
            ", vu: *Vu), or one of them, or nothing"),
    });
    return switch (@TypeOf(result)) {
        void => .{},
        ws.Outcome => result,
        else => |T| @compileError("a function of a scenario returns nothing or an Outcome, not " ++ @typeName(T)),
    };
}

/// The value of an error union, or what isn't one as it is.
fn unwrap(result: anytype) anyerror!Payload(@TypeOf(result)) {
    return result;
}

fn Payload(comptime T: type) type {
    return switch (@typeInfo(T)) {
        .error_union => |info| info.payload,
        else => T,
    };
}

fn lower(comptime S: type, outcome: ws.Outcome) anyerror!raw.Outcome {
    return .{
        .next = switch (outcome.next) {
            .scheduled => .{ .kind = .scheduled, .task = 0 },
            .task => |name| .{ .kind = .task, .task = try indexOf(S, name) },
            .stop => .{ .kind = .stop, .task = 0 },
        },
        .wait = if (outcome.wait) |seconds|
            .{ .kind = .exactly, .micros = host.micros(seconds) }
        else
            .{ .kind = .scheduled, .micros = 0 },
    };
}

fn indexOf(comptime S: type, name: []const u8) error{NoSuchTask}!u32 {
    for (comptime describe.taskNames(S), 0..) |task, index| {
        if (std.mem.eql(u8, task, name)) return @intCast(index);
    }
    return host.explain(error.NoSuchTask, "the outcome names the task {s}, which the scenario doesn't have", .{name});
}
