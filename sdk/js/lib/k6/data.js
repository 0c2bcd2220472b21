// `k6/data`: arrays that are made once, at build time, and shared by all virtual users.

import { onlyAtTopLevel } from "../internal/state.js";

const made = new Map();

/** Calls `make` once for all arrays of this name. The array and all in it can't be changed. */
export class SharedArray {
  constructor(name, make) {
    onlyAtTopLevel("new SharedArray()");
    if (typeof name !== "string" || typeof make !== "function")
      throw new TypeError("new SharedArray: a name and a function that returns an array are needed");
    if (!made.has(name)) {
      const list = make();
      if (!Array.isArray(list))
        throw new TypeError(`SharedArray "${name}": its function must return an array`);
      made.set(name, frozen(list));
    }
    return made.get(name);
  }
}

function frozen(value) {
  if (
    typeof value === "object" &&
    value !== null &&
    !Object.isFrozen(value) &&
    !ArrayBuffer.isView(value)
  ) {
    Object.freeze(value);
    for (const one of Object.values(value)) frozen(one);
  }
  return value;
}

export default { SharedArray };
