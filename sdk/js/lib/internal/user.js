// The class style: what a scenario class is made of.

import { fromSeconds } from "./text.js";

/** The base of all scenario classes. One object is one virtual user. */
export class User {}

export function isUser(value) {
  return typeof value === "function" && (value === User ? false : value.prototype instanceof User);
}

/** How load may be decided by a script. */
export class LoadShape {}

export function isShape(value) {
  return typeof value === "function" && value.prototype instanceof LoadShape;
}

/** A task: a method, how often it runs, and its labels. */
export class Task {
  constructor(weight, method, { name = method, tags = [] } = {}) {
    if (!Number.isInteger(weight) || weight < 0) {
      throw new TypeError(`task "${method}": the weight ${weight} isn't a whole number from 0`);
    }
    this.weight = weight;
    this.method = method;
    this.name = name;
    this.tags = tags;
  }
}

/** `task(3, "browse", { tags: ["kind=read"] })`, or `task("browse")` for a weight of 1. */
export function task(weight, method, options) {
  return typeof weight === "string"
    ? new Task(1, weight, method)
    : new Task(weight, method, options);
}

/** No pause between tasks. */
export const none = { tag: "none" };

/** The same pause between all tasks, in seconds. */
export function constant(seconds) {
  return { tag: "constant", val: fromSeconds(seconds, "constant") };
}

/** A pause between two bounds, in seconds. */
export function between(low, high) {
  return { tag: "uniform", val: [fromSeconds(low, "between"), fromSeconds(high, "between")] };
}

/** Tasks start at least this many seconds apart. */
export function pacing(seconds) {
  return { tag: "pacing", val: fromSeconds(seconds, "pacing") };
}

/** At most this many tasks start per second and virtual user. */
export function throughput(rate) {
  return { tag: "throughput", val: Number(rate) };
}

/** Pauses as between independent events, with this mean in seconds. */
export function exponential(mean) {
  return { tag: "exponential", val: fromSeconds(mean, "exponential") };
}

/** What a task may return: which task is next, and after which pause. */
export class Next {
  constructor(task, wait) {
    this.task = task;
    this.wait = wait;
  }
}

/** The next task by its name (none: the host picks), and the pause before it in seconds. */
export function next(task, { wait } = {}) {
  return new Next(task ?? undefined, wait === undefined ? undefined : fromSeconds(wait, "next"));
}
