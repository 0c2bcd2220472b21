// `https://jslib.k6.io/k6-utils/…`: small helpers.

import { check as checkNow } from "k6";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

/** A random UUID of version 4. `secure` makes no difference: the run's seed determines it. */
export function uuidv4() {
  return crypto.randomUUID();
}

/** A whole number between two bounds, both included. */
export function randomIntBetween(min, max) {
  return Math.floor(Math.random() * (max - min + 1) + min);
}

/** One of an array. */
export function randomItem(list) {
  return list[Math.floor(Math.random() * list.length)];
}

/** So many characters of a set. */
export function randomString(length, characters = ALPHABET) {
  let text = "";
  while (length-- > 0) text += characters[Math.floor(Math.random() * characters.length)];
  return text;
}

/** What is between two texts: the first such piece, or all with `repeat`. */
export function findBetween(content, left, right, repeat = false) {
  const found = [];
  let from = 0;
  for (;;) {
    const start = content.indexOf(left, from);
    const end = start < 0 ? -1 : content.indexOf(right, start + left.length);
    if (end < 0) return repeat ? found : null;
    const piece = content.slice(start + left.length, end);
    if (!repeat) return piece;
    found.push(piece);
    from = end + right.length;
  }
}

function refuse(what, instead) {
  throw new Error(`${what} of k6-utils isn't supported: ${instead}`);
}

/** A check whose conditions may be asynchronous. */
export async function check(value, conditions, tags) {
  const input = await value;
  let all = true;
  for (const name in conditions) {
    const condition = conditions[name];
    const holds = typeof condition === "function" ? await condition(input) : condition;
    if (!checkNow(input, { [name]: !!holds }, tags)) all = false;
  }
  return all;
}

export function normalDistributionStages() {
  refuse("normalDistributionStages", "write the stages out, or use the curve `sine` of a stage");
}

export function tagWithCurrentStageIndex() {
  refuse("tagWithCurrentStageIndex", "the results are kept over time");
}

export function tagWithCurrentStageProfile() {
  refuse("tagWithCurrentStageProfile", "the results are kept over time");
}

export function getCurrentStageIndex() {
  refuse(
    "getCurrentStageIndex",
    "exec.instance.currentTestRunDuration counts from the run's beginning",
  );
}
