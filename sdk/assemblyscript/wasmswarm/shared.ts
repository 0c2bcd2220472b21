// State that all VUs of a run share: counters, queues and keys. Values are text; use `json` for more.

import * as host from "./imports";
import { area, at, begin, liftMaybeText, lowerText, size } from "./memory";

/// Each call is atomic and returns at once. All names and values together have at most 16 MiB, one value
/// 64 KiB; where there is no room a value isn't taken, and the function returns false.
export namespace shared {
  /// Adds to a counter, which begins at 0, and returns its new value.
  export function add(name: string, delta: i64 = 1): i64 {
    begin();
    const n = lowerText(name);
    return host.sharedAdd(at(n), size(n), delta);
  }

  /// The value of a counter.
  export function total(name: string): i64 {
    begin();
    const n = lowerText(name);
    return host.sharedTotal(at(n), size(n));
  }

  /// Puts a value at the end of a queue.
  export function push(name: string, value: string): bool {
    begin();
    const n = lowerText(name), v = lowerText(value);
    host.sharedPush(at(n), size(n), at(v), size(v), area);
    return load<u8>(area) == 0;
  }

  /// Takes the value at the front of a queue, or null if it is empty.
  export function pop(name: string): string | null {
    begin();
    const n = lowerText(name);
    host.sharedPop(at(n), size(n), area);
    return liftMaybeText(area);
  }

  /// How many values a queue holds.
  export function length(name: string): u64 {
    begin();
    const n = lowerText(name);
    return host.sharedLength(at(n), size(n));
  }

  /// Sets the value of a key.
  export function write(key: string, value: string): bool {
    begin();
    const k = lowerText(key), v = lowerText(value);
    host.sharedWrite(at(k), size(k), at(v), size(v), area);
    return load<u8>(area) == 0;
  }

  /// The value of a key, or null if it has none.
  export function read(key: string): string | null {
    begin();
    const k = lowerText(key);
    host.sharedRead(at(k), size(k), area);
    return liftMaybeText(area);
  }

  /// Removes a key, and returns whether it had a value.
  export function remove(key: string): bool {
    begin();
    const k = lowerText(key);
    return host.sharedRemove(at(k), size(k));
  }

  /// Sets the value of a key only if it has none, and returns whether it did.
  export function writeNew(key: string, value: string): bool {
    begin();
    const k = lowerText(key), v = lowerText(value);
    host.sharedWriteNew(at(k), size(k), at(v), size(v), area);
    return done();
  }

  /// Sets the value of a key only if it has the expected one, and returns whether it did.
  export function compareAndSet(key: string, expected: string, value: string): bool {
    begin();
    const k = lowerText(key), e = lowerText(expected), v = lowerText(value);
    host.sharedCompareAndSet(at(k), size(k), at(e), size(e), at(v), size(v), area);
    return done();
  }

  /// `result<bool, error>`.
  function done(): bool {
    return load<u8>(area) == 0 && load<bool>(area, 1);
  }
}
