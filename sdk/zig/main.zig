//! The root of a plugin's build: the exports that the host calls, for the scenario in module `scenario`.

const std = @import("std");
const plugin = @import("scenario");
const ws = @import("wasmswarm").internal;

const abi = ws.abi;
const arena = ws.arena;
const dispatch = ws.dispatch;
const Alignment = std.mem.Alignment;

/// `std.log` goes to the operator, who sees `debug` with `--log-level debug`.
pub const std_options: std.Options = .{ .log_level = .debug, .logFn = ws.output.log };

/// The host reports what was written to standard error with the trap that follows.
pub const panic = std.debug.FullPanic(ws.output.panic);

comptime {
    for (.{
        .{ "describe", &describe },
        .{ "setup", &setup },
        .{ "teardown", &teardown },
        .{ "setup-scenario", &setupScenario },
        .{ "teardown-scenario", &teardownScenario },
        .{ "shape", &shape },
        .{ "on-start", &onStart },
        .{ "run-task", &runTask },
        .{ "on-stop", &onStop },
    }) |function| @export(function[1], .{ .name = "wasmswarm:scenario/scenario@0.1.0#" ++ function[0] });
    @export(&reallocate, .{ .name = "cabi_realloc" });
    @export(&reallocateForGood, .{ .name = "cabi_realloc_adapter" });
}

fn describe() callconv(.c) *const anyopaque {
    return answer(abi.scenario.Description, ws.describe.plugin(plugin));
}

fn setup() callconv(.c) *const anyopaque {
    return answer(abi.Bytes, bytes(dispatch.setup(plugin)));
}

fn teardown(data: [*]const u8, size: usize) callconv(.c) *const anyopaque {
    ws.setup.of_run = data[0..size];
    return done(dispatch.teardown(plugin));
}

fn setupScenario(scenario: u32, data: [*]const u8, size: usize) callconv(.c) *const anyopaque {
    ws.setup.of_run = data[0..size];
    inline for (plugin.scenarios, 0..) |S, index| {
        if (scenario == index) return answer(abi.Bytes, bytes(dispatch.setup(S)));
    }
    return answer(abi.Bytes, noSuchScenario(scenario));
}

fn teardownScenario(scenario: u32, data: [*]const u8, size: usize) callconv(.c) *const anyopaque {
    ws.setup.of_scenario = data[0..size];
    inline for (plugin.scenarios, 0..) |S, index| {
        if (scenario == index) return done(dispatch.teardown(S));
    }
    return done(noSuchScenario(scenario));
}

fn shape(elapsed: u64, users: u32) callconv(.c) *const anyopaque {
    forgetLastCall();
    return answer(abi.scenario.Target, dispatch.shape(plugin, .{ .elapsed = elapsed, .users = users }));
}

fn onStart(
    scenario: u32,
    data: [*]const u8,
    size: usize,
    own: [*]const u8,
    own_size: usize,
) callconv(.c) *const anyopaque {
    ws.setup.of_run = data[0..size];
    ws.setup.of_scenario = own[0..own_size];
    // The setup data stays, and so does what the scenario made while it began.
    defer arena.keep();
    inline for (plugin.scenarios, 0..) |S, index| {
        if (scenario == index) return done(dispatch.start(S));
    }
    return done(noSuchScenario(scenario));
}

fn runTask(scenario: u32, task: u32) callconv(.c) *const anyopaque {
    forgetLastCall();
    inline for (plugin.scenarios, 0..) |S, index| {
        if (scenario == index) return answer(abi.scenario.Outcome, dispatch.runTask(S, task));
    }
    return answer(abi.scenario.Outcome, noSuchScenario(scenario));
}

fn onStop(scenario: u32) callconv(.c) *const anyopaque {
    forgetLastCall();
    inline for (plugin.scenarios, 0..) |S, index| {
        if (scenario == index) return done(dispatch.stop(S));
    }
    return done(noSuchScenario(scenario));
}

/// Memory of a call is taken back when the next one begins, unless the host has put arguments into
/// it; so none of the exports needs a `cabi_post_` function.
fn forgetLastCall() void {
    ws.host.forget();
    arena.reset();
}

fn reallocate(old: ?[*]u8, old_size: usize, alignment: usize, size: usize) callconv(.c) [*]u8 {
    return arena.reallocate(old, old_size, .fromByteUnits(alignment), size);
}

/// The adapter of WASI keeps a page for as long as the instance lives.
fn reallocateForGood(_: ?[*]u8, _: usize, alignment: usize, size: usize) callconv(.c) [*]u8 {
    const memory = std.heap.wasm_allocator.rawAlloc(size, .fromByteUnits(alignment), 0);
    return memory orelse @panic("out of memory");
}

/// The address of the result, which lies in a place of its own until the next call.
fn answer(comptime T: type, outcome: anyerror!T) *const anyopaque {
    const Place = struct {
        var result: abi.Result(T) = undefined;
    };
    Place.result = if (outcome) |value|
        .{ .is_error = false, .payload = .{ .value = value } }
    else |problem|
        .{ .is_error = true, .payload = .{ .message = .of(ws.host.describe(problem)) } };
    return &Place.result;
}

fn done(outcome: anyerror!void) *const anyopaque {
    return answer(abi.Nothing, if (outcome) .{} else |problem| problem);
}

fn bytes(outcome: anyerror![]const u8) anyerror!abi.Bytes {
    return .of(try outcome);
}

fn noSuchScenario(scenario: u32) error{NoSuchScenario} {
    return ws.host.explain(error.NoSuchScenario, "the plugin has no scenario {d}", .{scenario});
}
