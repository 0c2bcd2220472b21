// `k6`: checks, groups and pauses.

import { check as countCheck } from "wasmswarm:native";
import { group } from "../internal/group.js";
import { pause } from "../internal/loop.js";
import { seedRandom } from "../internal/random.js";
import { onlyInFunctions } from "../internal/state.js";
import { kindOf, pairs } from "../internal/text.js";

/** Counts each of the conditions on a value; true if all hold. */
export function check(value, conditions, tags) {
  if (typeof conditions !== "object" || conditions === null) {
    throw new TypeError(
      `check: the second argument must be an object of conditions by name, not ${kindOf(conditions)}`,
    );
  }
  const list = tags === undefined ? undefined : pairs(tags);
  let all = true;
  for (const name in conditions) {
    let passed = conditions[name];
    if (typeof passed === "function") {
      try {
        passed = passed(value);
      } catch (error) {
        countCheck(name, false, list);
        throw error;
      }
    }
    if (passed !== true && passed !== false) passed = truthOf(passed, name);
    if (!countCheck(name, passed, list)) all = false;
  }
  return all;
}

function truthOf(result, name) {
  if (typeof result?.then === "function") {
    throw new TypeError(
      `check "${name}": the condition is asynchronous; await its value before the check`,
    );
  }
  return !!result;
}

/** Pauses for this many seconds. */
export function sleep(seconds) {
  onlyInFunctions("sleep()");
  const us = Math.round(Number(seconds) * 1e6);
  if (Number.isNaN(us)) throw new TypeError(`sleep: a number of seconds is needed, not ${kindOf(seconds)}`);
  pause(us);
}

/** Fails the iteration. */
export function fail(message) {
  throw new Error(message === undefined ? "fail() was called" : String(message));
}

/** Makes `Math.random` give the same numbers in each VU. */
export function randomSeed(seed) {
  seedRandom(seed);
}

export { group };

export default { check, group, sleep, fail, randomSeed };
