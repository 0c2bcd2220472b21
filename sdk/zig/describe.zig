//! From the declarations of a plugin to its description. All of it but the options is made by the compiler.

const std = @import("std");
const abi = @import("abi.zig");
const host = @import("host.zig");
const ws = @import("wasmswarm.zig");
const raw = abi.scenario;

/// The description of the plugin whose root file this is.
pub fn plugin(comptime root: type) raw.Description {
    if (!@hasDecl(root, "scenarios"))
        @compileError("a plugin lists its scenarios: pub const scenarios = .{ Shopper };");
    const scenarios = comptime scenarios: {
        var list: [root.scenarios.len]raw.Scenario = undefined;
        for (&list, 0..) |*to, index| to.* = scenario(root.scenarios[index]);
        const fixed = list;
        break :scenarios &fixed;
    };
    return .{
        .about = .of(if (@hasDecl(root, "about")) root.about else ""),
        .scenarios = .of(scenarios),
        .options = .of(if (@hasDecl(root, "options")) host.json(root.options) else ""),
        .shape = @hasDecl(root, "shape"),
    };
}

/// The names of a scenario's tasks, in the order of their indices.
pub fn taskNames(comptime S: type) []const [:0]const u8 {
    if (!@hasDecl(S, "tasks"))
        @compileError(@typeName(S) ++ " lists its tasks: pub const tasks = .{ .browse = .{ .weight = 3 } };");
    return std.meta.fieldNames(@TypeOf(S.tasks));
}

fn scenario(comptime S: type) raw.Scenario {
    return .{
        .name = .of(if (@hasDecl(S, "name")) S.name else lastPart(@typeName(S))),
        .population = population(S),
        .order = if (@hasDecl(S, "order")) S.order else .random,
        .wait = if (@hasDecl(S, "wait")) wait(S, S.wait) else wait(S, .none),
        .tasks = .of(tasks(S)),
    };
}

fn population(comptime S: type) @FieldType(raw.Scenario, "population") {
    const has_weight = @hasDecl(S, "weight");
    if (!@hasDecl(S, "fixed")) return .{ .kind = .weight, .number = if (has_weight) S.weight else 1 };
    if (has_weight) @compileError(@typeName(S) ++ " has a weight and a fixed number of VUs: choose one");
    return .{ .kind = .fixed, .number = S.fixed };
}

fn wait(comptime S: type, comptime pause: ws.Wait) raw.Wait {
    return switch (pause) {
        .none => .{ .kind = .none, .value = .{ .micros = 0 } },
        .constant => |time| .{ .kind = .constant, .value = .{ .micros = host.micros(time) } },
        .between => |bounds| between: {
            if (bounds[0] > bounds[1]) @compileError("wait of " ++ @typeName(S) ++ ": the shortest pause comes first");
            const micros: [2]u64 = .{ host.micros(bounds[0]), host.micros(bounds[1]) };
            break :between .{ .kind = .uniform, .value = .{ .bounds = micros } };
        },
        .pacing => |distance| .{ .kind = .pacing, .value = .{ .micros = host.micros(distance) } },
        .throughput => |rate| throughput: {
            if (!(rate > 0) or std.math.isInf(rate))
                @compileError("wait of " ++ @typeName(S) ++ ": the rate is above 0 and finite");
            break :throughput .{ .kind = .throughput, .value = .{ .rate = rate } };
        },
        .exponential => |mean| .{ .kind = .exponential, .value = .{ .micros = host.micros(mean) } },
    };
}

fn tasks(comptime S: type) []const raw.Task {
    const names = taskNames(S);
    var list: [names.len]raw.Task = undefined;
    for (&list, names) |*to, name| {
        if (!@hasDecl(S, name)) @compileError(@typeName(S) ++ " has no public function for its task " ++ name);
        to.* = task(@typeName(S) ++ ", task " ++ name, name, @field(S.tasks, name));
    }
    const fixed = list;
    return &fixed;
}

/// A task's settings are its weight alone, or a struct of `weight` and `tags`.
fn task(comptime what: []const u8, comptime name: []const u8, comptime settings: anytype) raw.Task {
    const T = @TypeOf(settings);
    if (T == comptime_int) return .{ .name = .of(name), .weight = settings, .tags = .empty };
    for (std.meta.fieldNames(T)) |field| {
        if (!std.mem.eql(u8, field, "weight") and !std.mem.eql(u8, field, "tags"))
            @compileError(what ++ ": there is no setting " ++ field ++ ", only weight and tags");
    }
    return .{
        .name = .of(name),
        .weight = if (@hasField(T, "weight")) settings.weight else 1,
        .tags = if (@hasField(T, "tags")) .of(texts(settings.tags)) else .empty,
    };
}

fn texts(comptime list: anytype) []const abi.Bytes {
    var lowered: [list.len]abi.Bytes = undefined;
    for (&lowered, 0..) |*to, index| to.* = .of(list[index]);
    const fixed = lowered;
    return &fixed;
}

/// `Shopper` of `scenario.Shopper`.
fn lastPart(comptime name: []const u8) []const u8 {
    const dot = std.mem.findScalarLast(u8, name, '.') orelse return name;
    return name[dot + 1 ..];
}
