// What becomes of each kind of error.
// expect: Error: plain\n    at plain (errors.js:13:15)
// expect: TypeError: later\n    at later (errors.js:18:15)
// expect: a promise was rejected, and nothing handled that: Error: floating
// expect: the promise never settles: what it waits for doesn't exist here
// expect: {"code":7}
// expect: RangeError: Maximum call stack size exceeded
// expect: 6 failed
import exec from "k6/execution";

const kinds = [
  function plain() {
    throw new Error("plain");
  },

  async function later() {
    await null;
    throw new TypeError("later");
  },

  function floating() {
    Promise.reject(new Error("floating"));
  },

  function never() {
    return new Promise(() => {});
  },

  function anything() {
    throw { code: 7 };
  },

  function endless() {
    return endless() + 1;
  },

  async function handled() {
    await Promise.reject(new Error("handled")).catch(() => {});
  },
];

export const options = { vus: 1, iterations: kinds.length };

export default function () {
  return kinds[exec.scenario.iterationInTest]();
}
