//! Load scenarios for wasmswarm in Zig: `const ws = @import("wasmswarm");`. See README.md.

const cookies = @import("cookies.zig");
const http = @import("http.zig");
const host = @import("host.zig");
const data = @import("data.zig");
const metrics = @import("metrics.zig");
const vu = @import("vu.zig");

pub const Vu = vu.Vu;
pub const Identity = vu.Identity;
pub const Group = vu.Group;
pub const Pair = host.Pair;

pub const Cookie = cookies.Cookie;
pub const Jar = cookies.Jar;

pub const Request = http.Request;
pub const Options = http.Options;
pub const Body = http.Body;
pub const Statuses = http.Statuses;
pub const Response = http.Response;
pub const Answer = http.Answer;
pub const Timings = http.Timings;

pub const Counter = metrics.Counter;
pub const Gauge = metrics.Gauge;
pub const Rate = metrics.Rate;
pub const Trend = metrics.Trend;
pub const recordRequest = metrics.recordRequest;

pub const Row = data.Row;
pub const shared = @import("shared.zig");

/// The pause between two tasks of one VU, spent outside of the guest. Times are seconds.
pub const Wait = union(enum) {
    none,
    /// Always the same.
    constant: f64,
    /// Evenly distributed between two bounds, both included.
    between: struct { f64, f64 },
    /// Tasks start at least this far apart; one that took longer is followed at once.
    pacing: f64,
    /// At most so many task starts per second and VU.
    throughput: f64,
    /// Exponentially distributed with this mean.
    exponential: f64,
};

/// What a task may return to decide about what comes after it.
pub const Outcome = struct {
    next: Next = .scheduled,
    /// Seconds to pause before the next task; null leaves it to the scenario.
    wait: ?f64 = null,

    pub const Next = union(enum) {
        /// The scenario's order picks.
        scheduled,
        /// The task of this name.
        task: []const u8,
        /// None: this VU ends, and isn't replaced.
        stop,
    };
};

/// What the plugin's `shape` is told once a second.
pub const Moment = struct {
    /// Microseconds since the run began.
    elapsed: u64,
    /// VUs that run now.
    users: u32,
};

/// What the plugin's `shape` answers: how much load there is to be. Null ends the run.
pub const Target = union(enum) {
    users: struct {
        count: u32,
        /// VUs started or ended per second until then; 0: all at once.
        spawn_rate: f64 = 0,
        /// Names of the scenarios that new VUs run; all of the run's if empty.
        scenarios: []const []const u8 = &.{},
    },
    /// So many iterations started per second.
    rate: f64,
};

/// For main.zig, which gives the scenario's declarations to the host. Nothing here is meant to last.
pub const internal = struct {
    pub const abi = @import("abi.zig");
    pub const arena = @import("arena.zig");
    pub const describe = @import("describe.zig");
    pub const dispatch = @import("dispatch.zig");
    pub const host = @import("host.zig");
    pub const output = @import("output.zig");
    pub const setup = @import("setup.zig");
};
