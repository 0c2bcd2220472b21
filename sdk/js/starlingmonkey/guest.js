// What the contract calls: from the library's plain objects to the contract's values, as this engine
// wants them (64-bit numbers as BigInt, enums as texts, errors as thrown texts).

import { own } from "./before.js";
import { load } from "../lib/load.js";
import { beginRun, random } from "wasmswarm:native";
import * as script from "wasmswarm:script";

const ORDERS = ["random", "sequential"];

/** How long between two looks at what a script waits for, when that is the engine's own business. */
const TURN_MS = 1;

const bytes = new own.TextEncoder();
const text = new own.TextDecoder();

/** Requests of `fetch` that have no answer yet. */
let fetching = 0;

restoreGlobals();
const made = load(script);

/** The engine's own globals stay where the library has less to offer. */
function restoreGlobals() {
  globalThis.TextDecoder = own.TextDecoder;
  globalThis.TextEncoder = own.TextEncoder;
  Object.defineProperty(globalThis.crypto, "subtle", { value: own.subtle, configurable: true });
  Math.random = random;
  if (own.fetch === undefined) return;
  globalThis.fetch = async (...given) => {
    fetching++;
    try {
      return await own.fetch(...given);
    } finally {
      fetching--;
    }
  };
}

/** Calls one of the library's functions, and waits for what it returns. */
function call(name, then, ...given) {
  beginRun();
  try {
    const result = made[name]?.(...given);
    return typeof result?.then === "function"
      ? waitFor(result).then(then, refuse)
      : then(result);
  } catch (error) {
    return refuse(error);
  }
}

/** A result, while the library does what it waits for. */
async function waitFor(result) {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  result.then(settle, settle);
  let unused = 0;
  for (;;) {
    await new Promise((resolve) => own.setTimeout(resolve, unused > 0 ? TURN_MS : 0));
    if (isSettled) return result;
    unused = made.idle() || fetching > 0 ? 0 : unused + 1;
    // Reading a body is the engine's business too, and can't be seen: it gets a second.
    if (unused > 1000 / TURN_MS)
      throw new Error("the promise never settles: what it waits for doesn't exist here");
    if (fetching > 0) unused = 1;
  }
}

/** The contract's errors are texts. */
function refuse(error) {
  throw error instanceof Error ? `${error.name}: ${error.message}${frames(error)}` : shown(error);
}

function shown(value) {
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return String(value);
  }
}

/** The script's functions that were running. The lines are those of the bundle, which nobody knows. */
function frames(error) {
  const names = String(error.stack ?? "")
    .split("\n")
    .map((line) => line.split("@")[0]);
  const end = names.indexOf(call.name);
  return names
    .slice(0, end < 0 ? names.length : end)
    .filter((name) => name !== "" && !name.includes("/"))
    .map((name) => `\n    at ${name}`)
    .join("");
}

const nothing = () => undefined;
const toBytes = (value) => bytes.encode(value ?? "");
const toText = (data) => (data.length === 0 ? undefined : text.decode(data));

function time({ tag, val } = { tag: "none" }) {
  if (tag === "none") return { tag };
  if (tag === "throughput") return { tag, val };
  return { tag, val: tag === "uniform" ? val.map(BigInt) : BigInt(val) };
}

function scenarioInfo({ name, population, order, wait, tasks }) {
  return {
    name,
    population: population ?? { tag: "weight", val: 1 },
    order: ORDERS[order ?? 0],
    wait: time(wait),
    tasks: tasks.map((task) => ({ name: task.name, weight: task.weight, tags: task.tags ?? [] })),
  };
}

function outcome(given) {
  const wait = given?.wait ?? { tag: "scheduled" };
  return {
    next: given?.next ?? { tag: "scheduled" },
    wait: wait.tag === "exactly" ? { tag: "exactly", val: BigInt(wait.val) } : wait,
  };
}

/** The contract's interface `scenario`. */
export const scenario = {
  describe() {
    beginRun();
    made.onDescribe?.();
    const { about, scenarios, options, shape } = made.description;
    return {
      about: about ?? "",
      scenarios: scenarios.map(scenarioInfo),
      options: options ?? "",
      shape: shape ?? false,
    };
  },
  setup: () => call("setup", toBytes),
  teardown: (data) => call("teardown", nothing, toText(data)),
  setupScenario: (index, data) => call("setupScenario", toBytes, index, toText(data)),
  teardownScenario: (index, data) => call("teardownScenario", nothing, index, toText(data)),
  shape: (elapsed, users) => call("shape", (target) => target, Number(elapsed), users),
  onStart: (index, data, ownData) => call("onStart", nothing, index, toText(data), toText(ownData)),
  runTask: (index, task) => call("runTask", outcome, index, task),
  onStop: (index) => call("onStop", nothing, index),
};
