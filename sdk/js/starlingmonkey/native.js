// `wasmswarm:native` over the contract's imports; see sdk/js/runtime for the same in Rust.

import { md5, ripemd160, sha1 } from "@noble/hashes/legacy.js";
import { hmac as hmacOf } from "@noble/hashes/hmac.js";
import { sha256, sha384, sha512, sha512_224, sha512_256 } from "@noble/hashes/sha2.js";
import * as checks from "wasmswarm:scenario/checks@0.1.0";
import * as hostCookies from "wasmswarm:scenario/cookies@0.1.0";
import * as data from "wasmswarm:scenario/data@0.1.0";
import * as http from "wasmswarm:scenario/http@0.1.0";
import * as hostLog from "wasmswarm:scenario/log@0.1.0";
import * as metrics from "wasmswarm:scenario/metrics@0.1.0";
import * as hostParams from "wasmswarm:scenario/params@0.1.0";
import * as shared from "wasmswarm:scenario/shared@0.1.0";
import * as hostVu from "wasmswarm:scenario/vu@0.1.0";
import { files } from "wasmswarm:files";
import { own } from "./before.js";

const LEVELS = ["debug", "info", "warn", "error"];
const KINDS = ["counter", "gauge", "rate", "trend"];
const PICKS = ["sequential", "shuffled", "random", "per-vu"];
const HASHES = { md5, ripemd160, sha1, sha256, sha384, sha512, sha512_224, sha512_256 };
const NO_BYTES = new Uint8Array();

const encoder = new own.TextEncoder();
const decoder = new own.TextDecoder();

/** Whether there is a run: not while the script is built. */
let isRunning = false;

export function beginRun() {
  isRunning = true;
}

function needsRun() {
  if (!isRunning) {
    throw new Error(
      "this can't be used at the top level of a script, which runs once, when the script is built: " +
        "call it in a task, in setup, in teardown or when a virtual user starts",
    );
  }
}

/** A function that asks the host, and so needs a run. */
const running =
  (ask) =>
  (...given) => {
    needsRun();
    return ask(...given);
  };

/** What a call of the host returns, or the text of its error. */
function orError(ask) {
  try {
    return ask();
  } catch (error) {
    if (typeof error?.payload === "string") return error.payload;
    throw error;
  }
}

function bytesOf(value) {
  if (value === undefined || value === null) return NO_BYTES;
  if (typeof value === "string") return encoder.encode(value);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

const bufferOf = ({ buffer, byteOffset, byteLength }) =>
  buffer.slice(byteOffset, byteOffset + byteLength);
const optional = (value) => (value === undefined ? undefined : bufferOf(value));

function redirectsOf(given) {
  if (given === undefined || given <= -2) return { tag: "inherit" };
  return given < 0 ? { tag: "none" } : { tag: "follow", val: given };
}

function requestOf([method, url, headers, body, name, tags, timeout, redirects, expected, keep]) {
  return {
    method,
    url,
    headers: headers ?? [],
    body: bytesOf(body),
    name: name ?? "",
    tags: tags ?? [],
    timeout: BigInt(Math.max(0, Math.trunc(timeout ?? 0))),
    redirects: redirectsOf(redirects),
    expected: expected ?? [],
    keep: keep ? "all" : "nothing",
  };
}

const responseOf = ({ id, status, ok, duration }) => ({
  id: Number(id),
  status,
  ok,
  duration: Number(duration),
});

/** Stands for a request's own body among the numbers of shared ones. */
const OWN_BODY = 2n ** 64n - 1n;
const sharedOf = (given) => (given[10] === undefined ? OWN_BODY : BigInt(given[10]));

export const send = running((...given) =>
  orError(() => {
    const shared = sharedOf(given);
    const request = requestOf(given);
    return responseOf(shared === OWN_BODY ? http.send(request) : http.sendShared(request, shared));
  }),
);
export const sendAll = running((all) =>
  http
    .sendAllShared(all.map(requestOf), BigUint64Array.from(all.map(sharedOf)))
    .map((result) => (result.tag === "ok" ? responseOf(result.val) : result.val)),
);
export const failure = running((index) => http.failure(index));
export const shareBody = running((value) => {
  const number = orError(() => http.shareBody(bytesOf(value)));
  return typeof number === "bigint" ? Number(number) : undefined;
});

export function compress() {
  throw new Error(
    "compression isn't supported by this engine: compress test data beforehand and set the header Content-Encoding",
  );
}

const cookieOf = ({ expires, httpOnly, ...cookie }) => ({
  ...cookie,
  expires: Number(expires),
  http_only: httpOnly,
});
export const cookiesFor = running((jar, url) =>
  hostCookies.matching(BigInt(jar), url).map(cookieOf),
);
export const allCookies = running((jar) => hostCookies.all(BigInt(jar)).map(cookieOf));
export const setCookie = running((jar, url, text) => hostCookies.set(BigInt(jar), url, text));
export const deleteCookies = running((jar, url, name) =>
  hostCookies.delete(BigInt(jar), url, name),
);
export const clearCookies = running((jar) => hostCookies.clear(BigInt(jar)));
export const newJar = running(() => Number(hostCookies.newJar()));
export const useJar = running((jar) => hostCookies.useJar(BigInt(jar)));
export const useJars = running((jars) => hostCookies.useJars(jars.map(BigInt)));

export const lastRedirect = running((index) => {
  const found = http.lastRedirect(index);
  return found === undefined ? undefined : responseOf(found);
});
export const body = running((id) => bufferOf(http.body(BigInt(id))));
export const bodyText = running((id) => decoder.decode(http.body(BigInt(id))));
export const bodyJson = running((id) => JSON.parse(decoder.decode(http.body(BigInt(id)))));
export const header = running((id, name) => http.header(BigInt(id), name));
export const headers = running((id) => http.headers(BigInt(id)));
export const remoteAddress = running((id) => http.remoteAddress(BigInt(id)));
export const finalUrl = running((id) => http.finalUrl(BigInt(id)));
export const pass = running((id) => http.pass(BigInt(id)));
export const fail = running((id, message) => http.fail(BigInt(id), message));
export const timings = running((id) => {
  const times = {};
  for (const [name, value] of Object.entries(http.getTimings(BigInt(id))))
    times[name] = Number(value);
  return times;
});

export const check = running((name, passed, tags) => checks.check(name, passed, tags ?? []));
export const metric = running((kind, name, value, tags) =>
  metrics.add(name, KINDS[kind], value, tags ?? []),
);
export const recordRequest = running((protocol, name, duration, bytesReceived, error) =>
  metrics.recordRequest(protocol, name, BigInt(duration), BigInt(bytesReceived), error ?? ""),
);
export const log = running((level, message) => hostLog.write(LEVELS[level], message));

export const vu = running(() => {
  const { id, scenarioIndex, scenario, iteration, iterationIndex } = hostVu.current();
  return {
    id: Number(id),
    scenarioIndex,
    scenario,
    iteration: Number(iteration),
    iterationIndex: Number(iterationIndex),
  };
});
export const setTag = running((key, value) => hostVu.setTag(key, value ?? ""));
export const enterGroup = running((name) => hostVu.enterGroup(name));
export const leaveGroup = running(() => hostVu.leaveGroup());
export const sleep = running((us) => hostVu.sleep(BigInt(Math.max(0, Math.trunc(us)))));
export const stop = running(() => hostVu.stop());
export const abort = running((reason) => hostVu.abort(reason));
export const progressOfRun = running(() => {
  const of = hostVu.progressOfRun();
  return [of.activeVus, of.plannedVus, Number(of.completedIterations), Number(of.interruptedIterations)];
});
export const markFailed = running((reason) => hostVu.markFailed(reason));
export const now = running(() => Number(hostVu.now()));
export const param = (name) => (isRunning ? hostParams.get(name) : undefined);
export const params = () => (isRunning ? hostParams.all() : []);

export const dataRow = running((name, pick, atEnd) =>
  orError(() => data.row(name, PICKS[pick], atEnd === 0 ? "wrap" : "stop")),
);
export const dataGet = running((name, index) => orError(() => data.get(name, BigInt(index))));
export const dataCount = running((name) => orError(() => Number(data.count(name))));

export const sharedAdd = running((name, delta) => Number(shared.add(name, BigInt(delta))));
export const sharedTotal = running((name) => Number(shared.total(name)));
export const sharedPush = running((name, value) =>
  orError(() => shared.push(name, bytesOf(value))),
);
export const sharedPop = running((name) => optional(shared.pop(name)));
export const sharedLength = running((name) => Number(shared.length(name)));
export const sharedWrite = running((key, value) =>
  orError(() => shared.write(key, bytesOf(value))),
);
export const sharedRead = running((key) => optional(shared.read(key)));
export const sharedRemove = running((key) => shared.remove(key));
export const sharedWriteNew = running((key, value) =>
  orError(() => shared.writeNew(key, bytesOf(value))),
);
export const sharedCompareAndSet = running((key, expected, value) =>
  orError(() => shared.compareAndSet(key, bytesOf(expected), bytesOf(value))),
);

/** A file beside the script. `build.mjs` has put in those whose names are written out. */
export function readFile(path) {
  if (isRunning) {
    throw new Error(
      "files can only be read at the top level of a script, which runs when the script is built",
    );
  }
  const found = files.get(path);
  if (found === undefined) {
    throw new Error(
      `"${path}" can't be opened: it isn't there, or its name isn't written out as open("...") as this engine needs it`,
    );
  }
  return unbase64(found, false);
}

/** State of the generator (xoshiro128**): four words, once the host has given a seed. */
let state;

function seed() {
  const given = isRunning ? hostVu.random() : 0n;
  let word = Number(given & 0xffffffffn) ^ Number(given >> 32n);
  state = new Uint32Array(4).map(() => {
    word = (word + 0x9e3779b9) | 0;
    const mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    return Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  });
  state.isOfRun = isRunning;
}

function nextWord() {
  if (state === undefined || state.isOfRun !== isRunning) seed();
  const times = Math.imul(state[1], 5);
  const result = Math.imul((times << 7) | (times >>> 25), 9) >>> 0;
  const shifted = state[1] << 9;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = (state[3] << 11) | (state[3] >>> 21);
  return result;
}

export const random = () => ((nextWord() >>> 5) * 0x4000000 + (nextWord() >>> 6)) / 2 ** 53;

export const randomBytes = (count) => new Uint8Array(count).map(() => nextWord() >>> 24).buffer;

export const utf8 = (value) => bufferOf(encoder.encode(value));
export const text = (value) => decoder.decode(bytesOf(value));
export const hex = (value) =>
  Array.from(bytesOf(value), (byte) => byte.toString(16).padStart(2, "0")).join("");

export function base64(value, url, pad) {
  let encoded = btoa(Array.from(bytesOf(value), (byte) => String.fromCharCode(byte)).join(""));
  if (url) encoded = encoded.replaceAll("+", "-").replaceAll("/", "_");
  return pad ? encoded : encoded.replace(/=+$/, "");
}

export function unbase64(value, url) {
  const plain = url ? value.replaceAll("-", "+").replaceAll("_", "/") : value;
  let decoded;
  try {
    decoded = atob(plain.replace(/=+$/, ""));
  } catch {
    throw new TypeError("the text isn't base64");
  }
  return Uint8Array.from(decoded, (letter) => letter.charCodeAt(0)).buffer;
}

function hashNamed(name) {
  if (!(name in HASHES)) {
    throw new TypeError(
      `"${name}" isn't a hash that this engine has; it has ${Object.keys(HASHES).join(", ")}`,
    );
  }
  return HASHES[name];
}

export const hash = (name, value) => bufferOf(hashNamed(name)(bytesOf(value)));
export const hmac = (name, key, value) =>
  bufferOf(hmacOf(hashNamed(name), bytesOf(key), bytesOf(value)));
