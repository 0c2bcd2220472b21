// Groups: all that is recorded inside has a tag.

import { enterGroup, leaveGroup } from "wasmswarm:native";

/**
 * Runs a function as a group, and returns what it returns. An asynchronous one ends it when it settles. The name never
 * decides whether it runs: the host cuts and replaces what results can't have.
 */
export function group(name, run) {
  const text = String(name);
  if (typeof run !== "function")
    throw new TypeError(`group "${text}": the second argument must be a function`);
  enterGroup(text);
  let result;
  try {
    result = run();
  } catch (error) {
    leaveGroup();
    throw error;
  }
  if (typeof result?.then === "function") return leaveAfter(result);
  leaveGroup();
  return result;
}

async function leaveAfter(promise) {
  try {
    return await promise;
  } finally {
    leaveGroup();
  }
}
