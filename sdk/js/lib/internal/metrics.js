// Metrics of a script's own.

import { metric } from "wasmswarm:native";
import { pairs } from "./text.js";

const COUNTER = 0;
const GAUGE = 1;
const RATE = 2;
const TREND = 3;

class Metric {
  constructor(name, kind) {
    if (typeof name !== "string" || name === "") throw new TypeError("a metric needs a name");
    this.name = name;
    this._kind = kind;
  }

  /** Adds a value; true counts as 1 and false as 0. */
  add(value, tags) {
    metric(this._kind, this.name, Number(value), tags === undefined ? undefined : pairs(tags));
    return true;
  }
}

/** Adds its values up. */
export class Counter extends Metric {
  constructor(name) {
    super(name, COUNTER);
  }
}

/** Keeps the last value, the smallest and the largest. */
export class Gauge extends Metric {
  constructor(name) {
    super(name, GAUGE);
  }
}

/** The share of values that aren't 0. */
export class Rate extends Metric {
  constructor(name) {
    super(name, RATE);
  }
}

/** The distribution of its values. */
export class Trend extends Metric {
  constructor(name) {
    super(name, TREND);
  }
}
