// Custom metrics, and requests of protocols that the host doesn't speak.

import { metricsAdd, metricsRecordRequest } from "./imports";
import { at, begin, lowerPairs, lowerText, micros, Pair, size } from "./memory";

/// A name, and tags on the values that are added through it.
abstract class Metric {
  constructor(private name: string, private tags: Pair[] = []) {}

  protected record(kind: i32, value: f64): void {
    begin();
    const name = lowerText(this.name), tags = lowerPairs(this.tags);
    metricsAdd(at(name), size(name), kind, value, at(tags), size(tags));
  }
}

/// A sum, such as orders placed.
export class Counter extends Metric {
  add(number: f64 = 1): void {
    this.record(0, number);
  }
}

/// The last value counts, such as a queue's length.
export class Gauge extends Metric {
  set(value: f64): void {
    this.record(1, value);
  }
}

/// A share, such as cache hits.
export class Rate extends Metric {
  add(hit: bool): void {
    this.record(2, hit ? 1 : 0);
  }
}

/// A distribution, such as the value of a cart. Values must not be negative.
export class Trend extends Metric {
  add(value: f64): void {
    this.record(3, value);
  }
}

/// Counts an exchange in another protocol as a request, beside HTTP in the same table. `protocol` takes
/// the method's place (`redis`), `duration` is in seconds, and `error` is empty for success.
export function recordRequest(
  protocol: string, name: string, duration: f64, bytesReceived: u64 = 0, error: string = "",
): void {
  begin();
  const p = lowerText(protocol), n = lowerText(name), e = lowerText(error);
  metricsRecordRequest(at(p), size(p), at(n), size(n), micros(duration), bytesReceived, at(e), size(e));
}
