// What a script waits for: timers, and requests that go out together.
//
// The runtime calls `idle` whenever a promise is pending and no job is left to run.

import { now, sleep } from "wasmswarm:native";
import { onlyInFunctions } from "./state.js";

const LONGEST_SLEEP = 3600e6;

/** By the time at which they are due. */
let timers = [];
let lastTimer = 0;

/** Functions that send what has been gathered. */
let sendings = [];

/** Called when nothing is left. */
let whenDone;

/** Called with what a timer's function has thrown. */
let fail;

/** Forgets what an earlier call has left behind. */
export function reset() {
  if (timers.length > 0) timers = [];
  if (sendings.length > 0) sendings = [];
  whenDone = undefined;
}

/** Does the next thing that a script waits for; false if there is none. */
export function idle() {
  try {
    return doNext();
  } catch (error) {
    fail(error);
    return true;
  }
}

function doNext() {
  if (sendings.length > 0) {
    const due = sendings;
    sendings = [];
    for (const send of due) send();
    return true;
  }
  const timer = timers.shift();
  if (timer !== undefined) {
    pause(timer.due - now());
    if (timer.every !== undefined) add(timer, now() + timer.every);
    timer.run();
    return true;
  }
  const done = whenDone;
  whenDone = undefined;
  done?.();
  return done !== undefined;
}

/** Calls this once, when no job is left to run. */
export function soon(send) {
  sendings.push(send);
}

/** The result of a script's function, once all that it has begun is over. */
export function settle(result) {
  const isPromise =
    typeof result === "object" && result !== null && typeof result.then === "function";
  if (!isPromise && timers.length === 0 && sendings.length === 0) return result;
  return new Promise((resolve, reject) => {
    fail = reject;
    Promise.resolve(result).then((value) => {
      if (timers.length === 0 && sendings.length === 0) resolve(value);
      else whenDone = () => resolve(value);
    }, reject);
  });
}

/** Pauses for this many microseconds, longer than the host does in one go. */
export function pause(us) {
  for (; us > 0; us -= LONGEST_SLEEP) sleep(Math.min(us, LONGEST_SLEEP));
}

export function setTimeout(callback, delay, ...args) {
  return start("setTimeout", callback, delay, args, false);
}

export function setInterval(callback, delay, ...args) {
  return start("setInterval", callback, delay, args, true);
}

export function clearTimeout(id) {
  timers = timers.filter((timer) => timer.id !== id);
}

export const clearInterval = clearTimeout;

function start(what, callback, delay, args, again) {
  onlyInFunctions(what);
  if (typeof callback !== "function")
    throw new TypeError(`${what}: the first argument isn't a function`);
  const us = Math.max(0, Math.round(Number(delay ?? 0) * 1000)) || 0;
  const timer = {
    id: ++lastTimer,
    due: 0,
    // An interval of nothing would never let the others run.
    every: again ? Math.max(us, 1000) : undefined,
    run: () => callback(...args),
  };
  add(timer, now() + us);
  return timer.id;
}

function add(timer, due) {
  timer.due = due;
  const at = timers.findIndex((other) => other.due > due);
  timers.splice(at < 0 ? timers.length : at, 0, timer);
}
