// Parameters (`-e NAME=value`), and what becomes of those that the top level has read.

import { param as nativeParam, params as nativeParams } from "wasmswarm:native";
import { identity, refusal, state } from "./state.js";

/** Name to value, as the top level saw it at build time. */
const seenAtBuild = new Map();

/** `env` of k6's scenarios, by the scenario's name. */
let ofScenarios = {};

export function setScenarioParams(byScenario) {
  ofScenarios = byScenario;
}

/** The value of a parameter, undefined without one. */
export function param(name) {
  if (state.building) {
    const value = nativeParam(name);
    seenAtBuild.set(name, value);
    return value;
  }
  const own = ofScenarios[identity().scenario];
  return own !== undefined && Object.hasOwn(own, name) ? String(own[name]) : nativeParam(name);
}

/** All parameters, as an object. */
export function allParams() {
  const all = {};
  for (const [name, value] of nativeParams()) {
    all[name] = value;
    if (state.building) seenAtBuild.set(name, value);
  }
  return state.building ? all : Object.assign(all, ofScenarios[identity().scenario]);
}

/**
 * Refuses to run with a parameter that came too late: the top level has read it when the script
 * was built, and went on with another value.
 */
export function refuseLateParams() {
  for (const [name, seen] of seenAtBuild) {
    const now = nativeParam(name);
    if (now !== undefined && now !== seen) {
      throw refusal(
        `the parameter "${name}" comes too late: the script reads it at its top level, which was evaluated ` +
          `when it was built${seen === undefined ? "" : ` (with "${seen}")`}; pass it to \`wasmswarm build\` too, or read it ` +
          `inside of a function`,
      );
    }
  }
}

/** `__ENV` of k6: reads parameters when they are asked for. */
export const env = new Proxy(
  {},
  {
    get: (own, name) => (typeof name === "symbol" || name in own ? own[name] : param(name)),
    has: (own, name) => name in own || (typeof name === "string" && param(name) !== undefined),
    ownKeys: (own) => [...new Set([...Reflect.ownKeys(own), ...Object.keys(allParams())])],
    getOwnPropertyDescriptor: (own, name) => {
      const value = typeof name === "symbol" || name in own ? own[name] : param(name);
      if (value === undefined) return undefined;
      return { value, writable: true, enumerable: true, configurable: true };
    },
  },
);
