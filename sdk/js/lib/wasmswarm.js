// The module `wasmswarm`: scenarios as classes with weighted tasks, and all that the host offers.

import * as native from "wasmswarm:native";
import { allParams, param } from "./internal/env.js";
import { pause } from "./internal/loop.js";
import { Aborted, identity, onlyInFunctions } from "./internal/state.js";
import { fromSeconds, pairs } from "./internal/text.js";

export { cookies } from "./internal/cookies.js";
export { data, DataError } from "./internal/data.js";
export { group } from "./internal/group.js";
export { http } from "./internal/http.js";
export { log } from "./internal/log.js";
export { Counter, Gauge, Rate, Trend } from "./internal/metrics.js";
export { Response } from "./internal/response.js";
export { shared } from "./internal/shared.js";
export {
  between,
  constant,
  exponential,
  LoadShape,
  next,
  pacing,
  task,
  throughput,
  User,
} from "./internal/user.js";

/** Counts one pass or failure under this name, and returns whether it passed. */
export function check(name, passed, tags) {
  return native.check(name, !!passed, tags === undefined ? undefined : pairs(tags));
}

/** Pauses for this many seconds inside of a task. */
export function sleep(seconds) {
  onlyInFunctions("sleep()");
  pause(fromSeconds(seconds, "sleep"));
}

/** What the operator passed with `-e NAME=value`. */
export const params = {
  /** One parameter, or `otherwise`. */
  get: (name, otherwise) => param(name) ?? otherwise,
  /** All of them, as an object. */
  all: allParams,
};

/** The virtual user that is running. */
export const vu = {
  /** Its number in the run, from 1. */
  get id() {
    return identity().id;
  },
  /** The name of its scenario. */
  get scenario() {
    return identity().scenario;
  },
  /** Iterations that it has begun, the running one included. */
  get iteration() {
    return identity().iteration;
  },
  /** Number of the running iteration in its scenario of the whole run, from 0. */
  get iterationIndex() {
    return identity().iterationIndex;
  },
  /** Sets a tag on everything that it records from now on; undefined removes it. */
  setTag: (key, value) =>
    native.setTag(key, value === undefined || value === null ? "" : String(value)),
  /** Ends it after the running task. */
  stop: () => native.stop(),
  /** Ends the whole run for this reason. The running function ends here. */
  abort(reason = "the script asked for it") {
    native.abort(String(reason));
    throw new Aborted(String(reason));
  },
  /** A number in [0, 1) from its own generator, which the run's seed determines. */
  random: () => native.random(),
  /** Seconds since the run began. */
  now: () => native.now() / 1e6,
};

/** Counts an exchange in another protocol as a request. Times in seconds. */
export function recordRequest({ protocol, name, duration, bytesReceived = 0, error = "" }) {
  native.recordRequest(
    protocol,
    name,
    fromSeconds(duration, "recordRequest"),
    bytesReceived,
    String(error),
  );
}

// Names of types, which TypeScript scripts may import as if they were values.
export const Next = undefined;
export const RequestOptions = undefined;
export const Row = undefined;
export const Target = undefined;
export const Task = undefined;
export const TaskOptions = undefined;
export const Timings = undefined;
export const Wait = undefined;
