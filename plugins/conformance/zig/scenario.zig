//! The scenario that every language implements; see ../README.md.

const std = @import("std");
const ws = @import("wasmswarm");
const Vu = ws.Vu;

pub const about = "conformance in Zig";
pub const options = .{ .users = 4 };
pub const scenarios = .{ Shopper, Once };

const cart_value: ws.Trend = .{ .name = "cart_value" };
const carts: ws.Counter = .{ .name = "carts" };
const level: ws.Gauge = .{ .name = "level" };
const odd: ws.Rate = .{ .name = "odd" };

pub fn setup(_: *Vu) []const u8 {
    return "from setup";
}

pub fn teardown(vu: *Vu) !void {
    if (ws.shared.total("starts") <= 0) return vu.fail("no VU ever started", .{});
}

pub const Shopper = struct {
    pub const weight = 3;
    pub const tasks = .{
        .browse = .{ .weight = 4, .tags = .{"kind=read"} },
        .cart = .{ .weight = 2, .tags = .{"kind=write"} },
        .wrong_body = .{},
        .parallel = .{},
        .redirects = .{},
        .fails = .{},
    };

    pub fn onStart(vu: *Vu) !void {
        const data = try vu.setupData([]const u8);
        _ = vu.check("setup data arrives", std.mem.eql(u8, data, "from setup"));
        _ = ws.shared.add("starts", 1);
        const user = vu.print("shopper-{d}", .{vu.id()});
        const answer = try vu.post("/login", .{ .body = vu.json(.{ .user = user, .password = "secret" }) });
        const login = try answer.json(struct { token: []const u8 });
        _ = vu.check("logged in", answer.status == 200 and login.token.len > 0);
    }

    pub fn browse(vu: *Vu) !void {
        const item = try itemOfIteration(vu);
        const answer = try vu.get(vu.print("/items/{d}", .{item}), .{ .name = "/items/{id}" });
        const found = try answer.json(struct { id: u64 });
        _ = vu.check("item is the one asked for", found.id == item);
    }

    pub fn cart(vu: *Vu) !void {
        const purchase = vu.group("purchase");
        defer purchase.leave();
        const choice = .{ .item = try itemOfIteration(vu), .quantity = 2 };
        const answer = try vu.post("/cart", .{ .body = vu.json(choice) });
        const total = (try answer.json(struct { total_cents: u64 })).total_cents;
        _ = vu.check("cart has a total", answer.status == 201 and total > 0);
        cart_value.add(@as(f64, @floatFromInt(total)) / 100);
        carts.add(1);
    }

    pub fn wrong_body(vu: *Vu) !void {
        const answer = try vu.get("/api/notes/1?broken=1", .{ .name = "broken note" });
        const body = try answer.json(struct { @"error": ?[]const u8 = null });
        if (body.@"error") |text| answer.fail(text);
    }

    pub fn parallel(vu: *Vu) !void {
        const answers = vu.sendAll(&.{
            .get("/bytes/10", .{ .name = "/bytes/{n}" }),
            .get("/bytes/20", .{ .name = "/bytes/{n}" }),
            .get("/status/404", .{ .expect = &.{.one(404)} }),
        });
        const ten = (try answers[0].get()).body();
        const twenty = (try answers[1].get()).body();
        const missing = try answers[2].get();
        _ = vu.check("sizes are right", ten.len == 10 and twenty.len == 20 and missing.status == 404);
    }

    pub fn redirects(vu: *Vu) !void {
        const end = try vu.get("/redirect/2", .{ .name = "redirect" });
        const body = try end.json(struct { redirects: []const u8 });
        _ = vu.check("redirects end", end.status == 200 and std.mem.eql(u8, body.redirects, "done"));
        const seen = try vu.get("/redirect/1", .{ .name = "redirect", .redirects = .none });
        const location = seen.header("location") orelse "";
        _ = vu.check("redirect is seen", seen.status == 302 and std.mem.eql(u8, location, "/redirect/0"));
    }

    pub fn fails(vu: *Vu) !void {
        return vu.fail("on purpose", .{});
    }

    fn itemOfIteration(vu: *Vu) !u64 {
        const row = try vu.data("items").sequential();
        return (try row.as(struct { item: u64 })).item;
    }
};

pub const Once = struct {
    pub const fixed = 1;
    pub const order = .sequential;
    pub const tasks = .{ .hello = .{}, .goodbye = .{}, .surroundings = .{ .weight = 0 } };

    pub fn hello(vu: *Vu) ws.Outcome {
        const greeting = vu.param("greeting") orelse "";
        _ = vu.checkTagged("parameter arrives", std.mem.eql(u8, greeting, "hello"), &.{.{ "part", "params" }});
        level.set(7);
        odd.add(vu.current().iteration % 2 == 1);
        std.log.info("hello from Zig", .{});
        const more = std.mem.eql(u8, vu.param("surroundings") orelse "", "yes");
        return .{ .next = .{ .task = if (more) "surroundings" else "goodbye" }, .wait = 0.001 };
    }

    pub fn surroundings(vu: *Vu) !void {
        var drawn: [50]u64 = undefined;
        var differ = true;
        for (&drawn, 0..) |*number, count| {
            number.* = vu.random().int(u64);
            if (std.mem.findScalar(u64, drawn[0..count], number.*) != null) differ = false;
        }
        _ = vu.check("random numbers differ", differ);
        try clocks(vu);
        try jars(vu);
        if (vu.get("http://127.0.0.9:1/", .{})) |_| {} else |_| {}
        _ = vu.check("the reason is said", std.mem.find(u8, vu.reason(), "127.0.0.9") != null);
        const body = try vu.share(&@as([50_000]u8, @splat('x')));
        for (0..2) |_| _ = try vu.post("/upload", .{ .body = body });
        _ = ws.shared.add("starts", 1);
    }

    fn clocks(vu: *Vu) !void {
        const clock = try (try vu.get("clock", .{})).json(struct { ms: i64 });
        const wall: i64 = @intCast(nanoseconds(.REALTIME) / std.time.ns_per_ms);
        _ = vu.check("the wall clock is right", @abs(wall - clock.ms) < 5_000);
        const own = nanoseconds(.MONOTONIC);
        const run = vu.now();
        vu.sleep(0.03);
        const passed = vu.now() - run;
        const measured = (nanoseconds(.MONOTONIC) - own) / std.time.ns_per_us;
        const agree = measured + 1_000 >= passed and measured < passed + 5_000_000;
        _ = vu.check("clocks agree", passed >= 30_000 and agree);
    }

    fn nanoseconds(clock: std.os.wasi.clockid_t) u64 {
        var now: u64 = 0;
        _ = std.os.wasi.clock_time_get(clock, 1, &now);
        return now;
    }

    fn jars(vu: *Vu) !void {
        _ = try vu.get("/set", .{});
        var seen: []const u8 = "";
        for (vu.cookies().matching("/deep/x")) |cookie| seen = vu.print("{s}{s}={s};", .{ seen, cookie.name, cookie.value });
        _ = vu.check("cookies are read in order", std.mem.eql(u8, seen, "b=2;a=1;"));
        _ = vu.cookies().set("/", "c=3; Path=/base");
        _ = vu.cookies().delete("/", "a");
        _ = try vu.get("/deep/x", .{});
        const jar = ws.Jar.init();
        _ = jar.set("/", "j=4; Path=/base");
        _ = try vu.get("/deep/x", .{ .jar = jar });
        _ = try vu.get("/deep/x", .{ .jar = .none });
    }

    pub fn goodbye(vu: *Vu) void {
        const abort = vu.param("abort") orelse return;
        if (std.mem.eql(u8, abort, "yes")) vu.abort("asked to");
        if (std.mem.eql(u8, abort, "panic")) @panic("crash on purpose");
    }
};
