// The virtual user that this instance is, what it may do, and what the operator passed to it.

import * as host from "./imports";
import {
  area, at, begin, liftMaybeText, liftPairs, liftText, lowerPairs, lowerText, micros, Pair, size,
} from "./memory";

/// Who is running.
export class Identity {
  constructor(
    /// Number of this VU in the run, from 1.
    public id: u64,
    public scenarioIndex: u32,
    public scenario: string,
    /// Iterations this VU has begun, the running one included.
    public iteration: u64,
    /// Number of the running iteration in its scenario of the whole run, from 0.
    public iterationIndex: u64,
  ) {}
}

export namespace vu {
  /// Who is running: all of it with one call into the host.
  export function current(): Identity {
    begin();
    host.vuCurrent(area);
    return new Identity(
      load<u64>(area), load<u32>(area, 8), liftText(area + 12), load<u64>(area, 24), load<u64>(area, 32),
    );
  }

  /// Number of this VU in the run, from 1; 0 in setup and teardown.
  export function id(): u64 {
    return current().id;
  }

  /// Iterations this VU has begun, the running one included.
  export function iteration(): u64 {
    return current().iteration;
  }

  /// Sets a tag on everything that this VU records from now on; an empty value removes it.
  export function setTag(key: string, value: string): void {
    begin();
    const k = lowerText(key), v = lowerText(value);
    host.vuSetTag(at(k), size(k), at(v), size(v));
  }

  /// Begins a group: until `leaveGroup`, all that is recorded has its name as a tag. One that is open
  /// when the task returns ends with it.
  export function enterGroup(name: string): void {
    begin();
    const n = lowerText(name);
    host.vuEnterGroup(at(n), size(n));
  }

  /// Ends the innermost group.
  export function leaveGroup(): void {
    host.vuLeaveGroup();
  }

  /// Pauses inside a task for this many seconds.
  export function sleep(seconds: f64): void {
    host.vuSleep(micros(seconds));
  }

  /// Ends this VU after the running task.
  export function stop(): void {
    host.vuStop();
  }

  /// Ends the whole run in an orderly way, for this reason.
  export function abort(reason: string): void {
    begin();
    const text = lowerText(reason);
    host.vuAbort(at(text), size(text));
  }

  /// Any 64 bits from the VU's own generator, which the run's seed determines.
  export function random(): u64 {
    return host.vuRandom();
  }

  /// A whole number from `first` to `last`, both included, from the same generator.
  export function randomBetween(first: u64, last: u64): u64 {
    const choices = last - first + 1;
    return choices == 0 ? host.vuRandom() : first + host.vuRandom() % choices;
  }

  /// Microseconds since the run began.
  export function now(): u64 {
    return host.vuNow();
  }
}

/// What the operator passed with `-e NAME=value`.
export namespace params {
  /// The value of one parameter, or null if it wasn't passed.
  export function get(name: string): string | null {
    begin();
    const n = lowerText(name);
    host.paramsGet(at(n), size(n), area);
    return liftMaybeText(area);
  }

  /// All of them, sorted by name.
  export function all(): Pair[] {
    begin();
    host.paramsAll(area);
    return liftPairs(area);
  }
}

/// Counts a pass or a failure under `name` and returns `passed`.
export function check(name: string, passed: bool, tags: Pair[] = []): bool {
  begin();
  const n = lowerText(name), t = lowerPairs(tags);
  return host.checksCheck(at(n), size(n), passed, at(t), size(t));
}
