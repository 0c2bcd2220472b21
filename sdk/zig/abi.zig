//! The contract as a core module sees it: what the host offers, and how values lie in memory.
//!
//! The layouts are those of the component model's canonical ABI. A list or string is an address and
//! a length; a `result`, `option` or `variant` is a byte that names the case, and then its payload.

/// A string or a list of bytes.
pub const Bytes = Slice(u8);
/// A key and its value.
pub const Pair = extern struct { key: Bytes, value: Bytes };
/// `option<list<u8>>` and `option<string>`.
pub const MaybeBytes = extern struct {
    is_some: bool,
    value: Bytes,

    pub fn get(maybe: MaybeBytes) ?[]const u8 {
        return if (maybe.is_some) maybe.value.get() else null;
    }
};

/// A list.
pub fn Slice(comptime T: type) type {
    return extern struct {
        ptr: [*]const T,
        len: usize,

        pub const empty: @This() = .of(&.{});

        pub fn of(items: []const T) @This() {
            return .{ .ptr = items.ptr, .len = items.len };
        }

        pub fn get(list: @This()) []const T {
            return if (list.len == 0) &.{} else list.ptr[0..list.len];
        }
    };
}

pub const http = struct {
    pub const Request = extern struct {
        method: Bytes,
        url: Bytes,
        headers: Slice(Pair),
        body: Bytes,
        name: Bytes,
        tags: Slice(Pair),
        timeout: u64,
        redirects: extern struct { policy: enum(u8) { inherit, none, follow }, limit: u32 },
        expected: Slice(Statuses),
        keep: enum(u8) { all, nothing },
    };

    pub const Statuses = extern struct { first: u16, last: u16 };
    pub const Response = extern struct { id: u64, status: u16, ok: bool, duration: u64 };

    /// `result<response, error-code>`.
    pub const Answer = extern struct {
        is_error: bool,
        payload: extern union { response: Response, code: u8 },
    };

    pub const Timings = extern struct {
        blocked: u64,
        dns: u64,
        connect: u64,
        tls: u64,
        sending: u64,
        waiting: u64,
        receiving: u64,
    };

    pub extern "wasmswarm:scenario/http@0.1.0" fn send(request: *const Request, answer: *Answer) void;
    /// What `send-shared` is given.
    pub const WithBody = extern struct { request: Request, body: u64 };

    /// Stands for a request's own body among the numbers of shared ones.
    pub const own_body = ~@as(u64, 0);

    /// `result<u64, error-code>`.
    pub const Shared = extern struct {
        is_error: bool,
        payload: extern union { number: u64, code: u8 },
    };

    pub extern "wasmswarm:scenario/http@0.1.0" fn @"send-shared"(request: *const WithBody, answer: *Answer) void;
    pub extern "wasmswarm:scenario/http@0.1.0" fn @"send-all-shared"(requests: [*]const Request, count: usize, bodies: [*]const u64, body_count: usize, answers: *Slice(Answer)) void;
    pub extern "wasmswarm:scenario/http@0.1.0" fn @"share-body"(content: [*]const u8, content_len: usize, result: *Shared) void;
    pub extern "wasmswarm:scenario/http@0.1.0" fn failure(index: u32, text: *Bytes) void;
    pub extern "wasmswarm:scenario/http@0.1.0" fn body(response: u64, bytes: *Bytes) void;
    pub extern "wasmswarm:scenario/http@0.1.0" fn header(response: u64, name: [*]const u8, name_len: usize, value: *MaybeBytes) void;
    pub extern "wasmswarm:scenario/http@0.1.0" fn headers(response: u64, pairs: *Slice(Pair)) void;
    pub extern "wasmswarm:scenario/http@0.1.0" fn @"get-timings"(response: u64, timings: *Timings) void;
    pub extern "wasmswarm:scenario/http@0.1.0" fn @"remote-address"(response: u64, address: *Bytes) void;
    pub extern "wasmswarm:scenario/http@0.1.0" fn @"final-url"(response: u64, url: *Bytes) void;
    pub extern "wasmswarm:scenario/http@0.1.0" fn pass(response: u64) void;
    pub extern "wasmswarm:scenario/http@0.1.0" fn fail(response: u64, message: [*]const u8, message_len: usize) void;
};

pub const cookies = struct {
    pub const Cookie = extern struct {
        name: Bytes,
        value: Bytes,
        domain: Bytes,
        path: Bytes,
        expires: u64,
        secure: bool,
        http_only: bool,
        host_only: bool,
    };

    pub extern "wasmswarm:scenario/cookies@0.1.0" fn matching(jar: u64, url: [*]const u8, url_len: usize, list: *Slice(Cookie)) void;
    pub extern "wasmswarm:scenario/cookies@0.1.0" fn all(jar: u64, list: *Slice(Cookie)) void;
    pub extern "wasmswarm:scenario/cookies@0.1.0" fn set(jar: u64, url: [*]const u8, url_len: usize, text: [*]const u8, text_len: usize) bool;
    pub extern "wasmswarm:scenario/cookies@0.1.0" fn put(jar: u64, name: [*]const u8, name_len: usize, value: [*]const u8, value_len: usize, domain: [*]const u8, domain_len: usize, path: [*]const u8, path_len: usize, expires: u64, secure: bool, http_only: bool, host_only: bool) bool;
    pub extern "wasmswarm:scenario/cookies@0.1.0" fn delete(jar: u64, url: [*]const u8, url_len: usize, name: [*]const u8, name_len: usize) u32;
    pub extern "wasmswarm:scenario/cookies@0.1.0" fn clear(jar: u64) void;
    pub extern "wasmswarm:scenario/cookies@0.1.0" fn @"new-jar"() u64;
    pub extern "wasmswarm:scenario/cookies@0.1.0" fn @"use-jar"(jar: u64) void;
    pub extern "wasmswarm:scenario/cookies@0.1.0" fn @"use-jars"(jars: [*]const u64, count: usize) void;
};

pub const metrics = struct {
    pub const Kind = enum(u8) { counter, gauge, rate, trend };

    pub extern "wasmswarm:scenario/metrics@0.1.0" fn add(name: [*]const u8, name_len: usize, kind: u32, value: f64, tags: [*]const Pair, tag_count: usize) void;
    pub extern "wasmswarm:scenario/metrics@0.1.0" fn @"record-request"(protocol: [*]const u8, protocol_len: usize, name: [*]const u8, name_len: usize, duration: u64, bytes_received: u64, problem: [*]const u8, problem_len: usize) void;
};

pub const checks = struct {
    pub extern "wasmswarm:scenario/checks@0.1.0" fn check(name: [*]const u8, name_len: usize, passed: bool, tags: [*]const Pair, tag_count: usize) bool;
};

pub const log = struct {
    pub const Level = enum(u8) { debug, info, warn, err };

    pub extern "wasmswarm:scenario/log@0.1.0" fn write(level: u32, message: [*]const u8, message_len: usize) void;
};

pub const vu = struct {
    pub const Identity = extern struct {
        id: u64,
        scenario_index: u32,
        scenario: Bytes,
        iteration: u64,
        iteration_index: u64,
    };

    pub extern "wasmswarm:scenario/vu@0.1.0" fn current(identity: *Identity) void;
    pub extern "wasmswarm:scenario/vu@0.1.0" fn @"set-tag"(key: [*]const u8, key_len: usize, value: [*]const u8, value_len: usize) void;
    pub extern "wasmswarm:scenario/vu@0.1.0" fn @"enter-group"(name: [*]const u8, name_len: usize) void;
    pub extern "wasmswarm:scenario/vu@0.1.0" fn @"leave-group"() void;
    pub extern "wasmswarm:scenario/vu@0.1.0" fn sleep(duration: u64) void;
    pub extern "wasmswarm:scenario/vu@0.1.0" fn stop() void;
    pub extern "wasmswarm:scenario/vu@0.1.0" fn abort(reason: [*]const u8, reason_len: usize) void;
    pub extern "wasmswarm:scenario/vu@0.1.0" fn random() u64;
    pub extern "wasmswarm:scenario/vu@0.1.0" fn now() u64;
};

pub const params = struct {
    pub extern "wasmswarm:scenario/params@0.1.0" fn get(name: [*]const u8, name_len: usize, value: *MaybeBytes) void;
    pub extern "wasmswarm:scenario/params@0.1.0" fn all(pairs: *Slice(Pair)) void;
};

pub const data = struct {
    /// `result<list<tuple<string, string>>, error>`.
    pub const Row = extern struct {
        is_error: bool,
        payload: extern union { fields: Slice(Pair), code: u8 },
    };

    /// `result<u64, error>`.
    pub const Count = extern struct {
        is_error: bool,
        payload: extern union { count: u64, code: u8 },
    };

    pub extern "wasmswarm:scenario/data@0.1.0" fn row(name: [*]const u8, name_len: usize, pick: u32, at_end: u32, result: *Row) void;
    pub extern "wasmswarm:scenario/data@0.1.0" fn get(name: [*]const u8, name_len: usize, index: u64, result: *Row) void;
    pub extern "wasmswarm:scenario/data@0.1.0" fn count(name: [*]const u8, name_len: usize, result: *Count) void;
};

pub const shared = struct {
    /// `result<_, error>` and `result<bool, error>`.
    pub const Change = extern struct {
        is_error: bool,
        payload: extern union { done: bool, code: u8 },
    };

    pub extern "wasmswarm:scenario/shared@0.1.0" fn add(name: [*]const u8, name_len: usize, delta: i64) i64;
    pub extern "wasmswarm:scenario/shared@0.1.0" fn total(name: [*]const u8, name_len: usize) i64;
    pub extern "wasmswarm:scenario/shared@0.1.0" fn push(name: [*]const u8, name_len: usize, value: [*]const u8, value_len: usize, result: *Change) void;
    pub extern "wasmswarm:scenario/shared@0.1.0" fn pop(name: [*]const u8, name_len: usize, value: *MaybeBytes) void;
    pub extern "wasmswarm:scenario/shared@0.1.0" fn length(name: [*]const u8, name_len: usize) u64;
    pub extern "wasmswarm:scenario/shared@0.1.0" fn write(key: [*]const u8, key_len: usize, value: [*]const u8, value_len: usize, result: *Change) void;
    pub extern "wasmswarm:scenario/shared@0.1.0" fn read(key: [*]const u8, key_len: usize, value: *MaybeBytes) void;
    pub extern "wasmswarm:scenario/shared@0.1.0" fn remove(key: [*]const u8, key_len: usize) bool;
    pub extern "wasmswarm:scenario/shared@0.1.0" fn @"write-new"(key: [*]const u8, key_len: usize, value: [*]const u8, value_len: usize, result: *Change) void;
    pub extern "wasmswarm:scenario/shared@0.1.0" fn @"compare-and-set"(key: [*]const u8, key_len: usize, expected: [*]const u8, expected_len: usize, value: [*]const u8, value_len: usize, result: *Change) void;
};

/// What the plugin gives to the host.
pub const scenario = struct {
    pub const Description = extern struct {
        about: Bytes,
        scenarios: Slice(Scenario),
        options: Bytes,
        shape: bool,
    };

    pub const Scenario = extern struct {
        name: Bytes,
        population: extern struct { kind: enum(u8) { weight, fixed }, number: u32 },
        order: Order,
        wait: Wait,
        tasks: Slice(Task),
    };

    pub const Order = enum(u8) { random, sequential };
    pub const Task = extern struct { name: Bytes, weight: u32, tags: Slice(Bytes) };

    pub const Wait = extern struct {
        kind: enum(u8) { none, constant, uniform, pacing, throughput, exponential },
        value: extern union { micros: u64, bounds: [2]u64, rate: f64 },
    };

    pub const Outcome = extern struct {
        next: extern struct { kind: enum(u8) { scheduled, task, stop }, task: u32 },
        wait: extern struct { kind: enum(u8) { scheduled, exactly }, micros: u64 },
    };

    pub const Target = extern struct {
        kind: enum(u8) { users, rate, stop },
        value: extern union {
            users: extern struct { users: u32, spawn_rate: f64, scenarios: Slice(Bytes) },
            rate: f64,
        },
    };
};

/// `result<T, string>`: what every export returns the address of.
pub fn Result(comptime T: type) type {
    return extern struct {
        is_error: bool,
        payload: extern union { value: T, message: Bytes },
    };
}

/// The value of a `result` that has none.
pub const Nothing = extern struct {};
