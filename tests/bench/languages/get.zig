//! One GET and a check.

const ws = @import("wasmswarm");

pub const scenarios = .{Get};

pub const Get = struct {
    pub const tasks = .{ .get = .{} };

    pub fn get(vu: *ws.Vu) !void {
        const answer = try vu.get("/", .{});
        _ = vu.check("status is 200", answer.status == 200);
    }
};
