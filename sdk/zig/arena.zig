//! Memory of one call: it is handed out in a row, and taken back as a whole before the next call.
//!
//! What the host passes lies here too, so a response's body needs no copy and nobody frees it.

const std = @import("std");
const Alignment = std.mem.Alignment;
const gpa = std.heap.wasm_allocator;

/// Chunks have at least this size, which is one page less what the allocator needs for itself.
const chunk_size = 64 * 1024 - 64;
/// Larger chunks go back when the call is over.
const kept_size = 1024 * 1024;

const Chunk = struct {
    next: ?*Chunk,
    size: usize,

    fn create(room: usize) ?*Chunk {
        const size = @max(@sizeOf(Chunk) + room, chunk_size);
        const bytes = gpa.alignedAlloc(u8, .of(Chunk), size) catch return null;
        const chunk: *Chunk = @ptrCast(bytes.ptr);
        chunk.* = .{ .next = null, .size = size };
        return chunk;
    }

    fn destroy(chunk: *Chunk) void {
        const bytes: [*]align(@alignOf(Chunk)) u8 = @ptrCast(chunk);
        gpa.free(bytes[0..chunk.size]);
    }

    fn start(chunk: *Chunk) usize {
        return @intFromPtr(chunk) + @sizeOf(Chunk);
    }

    fn end(chunk: *Chunk) usize {
        return @intFromPtr(chunk) + chunk.size;
    }
};

const Place = struct { chunk: ?*Chunk = null, address: usize = 0 };

var first: ?*Chunk = null;
/// Where the next allocation goes.
var top: Place = .{};
/// What lies before it stays.
var kept: Place = .{};

pub const allocator: std.mem.Allocator = .{ .ptr = undefined, .vtable = &.{
    .alloc = alloc,
    .resize = resize,
    .remap = remap,
    .free = free,
} };

/// Takes back all that was handed out since `keep`.
pub fn reset() void {
    top = kept;
    var link: *?*Chunk = if (kept.chunk) |chunk| &chunk.next else &first;
    while (link.*) |chunk| {
        if (chunk.size > kept_size) {
            link.* = chunk.next;
            chunk.destroy();
        } else {
            link = &chunk.next;
        }
    }
}

/// What has been handed out until now stays for good.
pub fn keep() void {
    kept = top;
}

/// As `cabi_realloc` is defined: memory for a value that the host passes.
pub fn reallocate(old: ?[*]u8, old_size: usize, alignment: Alignment, size: usize) [*]u8 {
    if (size == 0) return @ptrFromInt(alignment.toByteUnits());
    if (old) |bytes| if (old_size != 0) {
        if (resizeTop(bytes[0..old_size], size)) return bytes;
        const moved = take(size, alignment);
        @memcpy(moved, bytes[0..@min(old_size, size)]);
        return moved;
    };
    return take(size, alignment);
}

fn take(size: usize, alignment: Alignment) [*]u8 {
    if (top.chunk) |chunk| {
        const address = alignment.forward(top.address);
        if (size <= chunk.end() -| address) {
            top.address = address + size;
            return @ptrFromInt(address);
        }
    }
    return takeFromNext(size, alignment);
}

/// The chunk is full: looks for room behind it, where chunks of an earlier call may lie.
fn takeFromNext(size: usize, alignment: Alignment) [*]u8 {
    @branchHint(.unlikely);
    const room = size +| alignment.toByteUnits();
    var link: *?*Chunk = if (top.chunk) |chunk| &chunk.next else &first;
    while (link.*) |chunk| : (link = &chunk.next) {
        if (chunk.size - @sizeOf(Chunk) >= room) break;
    }
    const chunk = link.* orelse Chunk.create(room) orelse @panic("out of memory");
    link.* = chunk;
    const address = alignment.forward(chunk.start());
    top = .{ .chunk = chunk, .address = address + size };
    return @ptrFromInt(address);
}

fn resizeTop(memory: []u8, size: usize) bool {
    const chunk = top.chunk orelse return false;
    const address = @intFromPtr(memory.ptr);
    if (address + memory.len != top.address) return size <= memory.len;
    if (size > chunk.end() - address) return false;
    top.address = address + size;
    return true;
}

fn alloc(_: *anyopaque, len: usize, alignment: Alignment, _: usize) ?[*]u8 {
    return take(len, alignment);
}

fn resize(_: *anyopaque, memory: []u8, _: Alignment, len: usize, _: usize) bool {
    return resizeTop(memory, len);
}

fn remap(_: *anyopaque, memory: []u8, _: Alignment, len: usize, _: usize) ?[*]u8 {
    return if (resizeTop(memory, len)) memory.ptr else null;
}

fn free(_: *anyopaque, memory: []u8, _: Alignment, _: usize) void {
    _ = resizeTop(memory, 0);
}
