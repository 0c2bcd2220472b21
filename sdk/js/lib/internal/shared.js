// `shared`: counters, queues and keys that all virtual users of a run share. Values travel as JSON.

import {
  sharedAdd,
  sharedCompareAndSet,
  sharedLength,
  sharedPop,
  sharedPush,
  sharedRead,
  sharedRemove,
  sharedTotal,
  sharedWrite,
  sharedWriteNew,
  text,
  utf8,
} from "wasmswarm:native";

const WHY = {
  full: "there is no room left in the shared state (10,000 names, 16 MiB)",
  "too-large": "the value has more than 64 KiB",
};

/** Errors come as texts. */
function taken(name, answer) {
  if (typeof answer === "string") throw new Error(`shared "${name}": ${WHY[answer] ?? answer}`);
  return answer;
}

function encode(name, value) {
  const json = JSON.stringify(value);
  if (json === undefined)
    throw new TypeError(`shared "${name}": ${typeof value} isn't a JSON value`);
  return utf8(json);
}

const decode = (bytes) =>
  bytes === undefined || bytes === null ? undefined : JSON.parse(text(bytes));

export const shared = {
  /** Adds to a counter, which begins at 0, and returns its new value. */
  add: (name, delta = 1) => sharedAdd(name, delta),
  /** The value of a counter. */
  total: (name) => sharedTotal(name),
  /** Puts a value at the end of a queue. */
  push(name, value) {
    taken(name, sharedPush(name, encode(name, value)));
  },
  /** Takes the value at the front of a queue; undefined if it is empty. */
  pop: (name) => decode(sharedPop(name)),
  /** How many values a queue holds. */
  length: (name) => sharedLength(name),
  /** Sets the value of a key. */
  write(key, value) {
    taken(key, sharedWrite(key, encode(key, value)));
  },
  /** The value of a key, undefined without one. */
  read: (key) => decode(sharedRead(key)),
  /** Removes a key, and returns whether it had a value. */
  remove: (key) => sharedRemove(key),
  /** Sets the value of a key only if it has none. Returns whether it did. */
  writeNew: (key, value) => taken(key, sharedWriteNew(key, encode(key, value))),
  /** Sets the value of a key only if it has the expected one. Returns whether it did. */
  compareAndSet: (key, expected, value) =>
    taken(key, sharedCompareAndSet(key, encode(key, expected), encode(key, value))),
};
