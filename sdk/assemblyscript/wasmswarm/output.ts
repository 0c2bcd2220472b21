// Lines for the operator, and the last words of a crash.

import { fdWrite, logWrite, vuRandom } from "./imports";
import { at, begin, lowerText, lowered, put, reserve, size } from "./memory";

/// What the global `console` comes to: lines for the operator. The host limits their rate.
export namespace console {
  /// For the plugin's author; shown with `--log-level debug`.
  export function debug(message: string = ""): void {
    write(0, message);
  }

  export function log(message: string = ""): void {
    write(1, message);
  }

  export function info(message: string = ""): void {
    write(1, message);
  }

  export function warn(message: string = ""): void {
    write(2, message);
  }

  export function error(message: string = ""): void {
    write(3, message);
  }
}

/// What `throw` and failed assertions come to. The host reports what is written to standard error here
/// with the trap that follows.
export function onAbort(message: string | null, file: string | null, line: u32, column: u32): void {
  begin();
  const place = file === null ? "" : ` at ${file}:${line}:${column}`;
  const text = lowerText((message === null ? "abort" : message) + place + "\n");
  const parts = reserve(8);
  put(parts, lowered(at(text), size(text)));
  fdWrite(2, parts, 1, reserve(4));
  unreachable();
}

/// What `trace` comes to.
export function onTrace(
  message: string, count: i32, a: f64 = 0, b: f64 = 0, c: f64 = 0, d: f64 = 0, e: f64 = 0,
): void {
  const numbers = [a, b, c, d, e];
  let text = message;
  for (let i = 0; i < count; i++) text += " " + numbers[i].toString();
  write(0, text);
}

/// What seeds `Math.random`: the VU's own generator.
export function onSeed(): f64 {
  return <f64>vuRandom();
}

function write(level: i32, message: string): void {
  begin();
  const text = lowerText(message);
  logWrite(level, at(text), size(text));
}
