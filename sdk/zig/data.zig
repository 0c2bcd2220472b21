//! Rows of the CSV, JSON and JSON Lines files that the operator granted with `--data NAME=FILE`.

const std = @import("std");
const abi = @import("abi.zig");
const host = @import("host.zig");
const raw = abi.data;

/// Why there is no row.
pub const Error = error{ DataNotGranted, DataExhausted };

/// The second case of the contract's `error`.
const exhausted = 1;

/// Which row to take; see the functions of `Set`.
pub const Pick = enum(u32) { sequential, shuffled, random, per_vu };
/// What follows the last row: the first one, or `error.DataExhausted`.
pub const AtEnd = enum(u32) { wrap, stop };

/// A data set of this name. Nothing is read until a row is asked for.
pub const Set = struct {
    name: []const u8,

    /// The row of this iteration, in the order of the file; begins again after the last.
    pub fn sequential(set: Set) Error!Row {
        return set.row(.sequential, .wrap);
    }

    /// The row of this iteration, in an order that the run's seed shuffles.
    pub fn shuffled(set: Set) Error!Row {
        return set.row(.shuffled, .wrap);
    }

    /// Any row, from the VU's seeded generator; another one with each call.
    pub fn random(set: Set) Error!Row {
        return set.row(.random, .wrap);
    }

    /// The row of this VU, always the same.
    pub fn perVu(set: Set) Error!Row {
        return set.row(.per_vu, .wrap);
    }

    /// The row of this iteration, which no other iteration of the scenario gets.
    pub fn unique(set: Set) Error!Row {
        return set.row(.sequential, .stop);
    }

    /// The row of this VU, which no other VU gets.
    pub fn uniquePerVu(set: Set) Error!Row {
        return set.row(.per_vu, .stop);
    }

    /// The long form of the functions above.
    pub fn row(set: Set, pick: Pick, at_end: AtEnd) Error!Row {
        var result: raw.Row = undefined;
        raw.row(set.name.ptr, set.name.len, @backingInt(pick), @backingInt(at_end), &result);
        return set.lift(result);
    }

    /// The row of this number, from 0.
    pub fn get(set: Set, index: u64) Error!Row {
        var result: raw.Row = undefined;
        raw.get(set.name.ptr, set.name.len, index, &result);
        if (result.is_error and result.payload.code == exhausted)
            return host.explain(error.DataExhausted, "data set {s} has no row {d}", .{ set.name, index });
        return set.lift(result);
    }

    /// How many rows there are.
    pub fn count(set: Set) Error!u64 {
        var result: raw.Count = undefined;
        raw.count(set.name.ptr, set.name.len, &result);
        return if (result.is_error) set.explain(result.payload.code) else result.payload.count;
    }

    fn lift(set: Set, result: raw.Row) Error!Row {
        if (result.is_error) return set.explain(result.payload.code);
        return .{ .set = set.name, .fields = host.liftPairs(result.payload.fields) };
    }

    fn explain(set: Set, code: u8) Error {
        if (code == exhausted)
            return host.explain(error.DataExhausted, "data set {s}: every row has been taken", .{set.name});
        const hint = "data set {s} isn't granted: pass --data {s}=FILE";
        return host.explain(error.DataNotGranted, hint, .{ set.name, set.name });
    }
};

/// One row. JSON values that aren't strings are JSON text.
pub const Row = struct {
    set: []const u8,
    /// Columns and their values, in the order of the file.
    fields: []const host.Pair,

    /// The text of one column.
    pub fn text(row: Row, column: []const u8) error{NoSuchColumn}![]const u8 {
        for (row.fields) |field| if (std.mem.eql(u8, field[0], column)) return field[1];
        return host.explain(error.NoSuchColumn, "data set {s} has no column {s}", .{ row.set, column });
    }

    /// The row as a struct with a field for each column of interest: texts, numbers, booleans,
    /// enums, and optionals, which are null where the text is empty.
    pub fn as(row: Row, comptime T: type) !T {
        var value: T = undefined;
        inline for (comptime std.meta.fieldNames(T)) |column| {
            const field = try row.text(column);
            const Field = @FieldType(T, column);
            @field(value, column) = read(Field, field) catch |problem|
                return host.explain(problem, "data set {s}: {s} is \"{s}\", which isn't of type {s}", .{
                    row.set, column, field, @typeName(Field),
                });
        }
        return value;
    }
};

/// A value out of its text.
pub fn read(comptime T: type, text: []const u8) error{InvalidValue}!T {
    if (T == []const u8) return text;
    return switch (@typeInfo(T)) {
        .optional => |optional| if (text.len == 0) null else try read(optional.child, text),
        .int => std.fmt.parseInt(T, text, 10) catch error.InvalidValue,
        .float => std.fmt.parseFloat(T, text) catch error.InvalidValue,
        .bool => if (std.mem.eql(u8, text, "true")) true else if (std.mem.eql(u8, text, "false"))
            false
        else
            error.InvalidValue,
        .@"enum" => std.meta.stringToEnum(T, text) orelse error.InvalidValue,
        else => @compileError("a text can't be read as " ++ @typeName(T)),
    };
}
