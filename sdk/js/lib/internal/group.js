// Groups: all that is recorded inside has a tag.

import { enterGroup, leaveGroup } from "wasmswarm:native";

const encodable = /^[^\u0000-\u001f\u007f,]{1,200}$/;

/** Runs a function as a group, and returns what it returns. An asynchronous one ends it when it settles. */
export function group(name, run) {
  const text = String(name);
  if (!encodable.test(text) || text.includes("::")) {
    throw new TypeError(
      `group "${text}": a name has 1 to 200 characters, no control characters, no "," and no "::"`,
    );
  }
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
