// `k6/http`: k6's functions over the host's requests.

import { lastRedirect, pass, send, sendAll, useJar, useJars } from "wasmswarm:native";
import { CookieJar, OWN, vuJar } from "../internal/cookies.js";
import { soon } from "../internal/loop.js";
import { FileData } from "../internal/multipart.js";
import { receive, Response } from "../internal/response.js";
import { callbackOf, defaults, draft, prepare, ranges } from "../internal/k6-request.js";
import { onlyInFunctions } from "../internal/state.js";
import { kindOf } from "../internal/text.js";

/** So many requests can go out at once; see `wit/http.wit`. */
const PARALLEL = 64;

function perform(method, url, body, params) {
  prepare(method, url, body, params);
  const d = draft;
  if (d.jar !== OWN) useJar(d.jar);
  const result = send(
    method,
    d.url,
    d.headers,
    d.body,
    d.name,
    d.tags,
    d.timeout,
    d.redirects,
    d.expected,
    d.form !== "none",
    d.shared,
  );
  if (d.jar !== OWN) useJar(OWN);
  const answer = answerOf(result, 0, d.expected);
  const sent = d.shared === undefined ? d.body : body.bytes;
  return finish(receive(answer, 0, method, d.url, d.headers, sent), d.form, d.throws);
}

/** The host's answer; in the place of too many redirects the last one, as in k6. */
function answerOf(result, index, expected) {
  if (result !== "too-many-redirects") return result;
  const last = lastRedirect(index);
  if (last === undefined) return result;
  const isExpected = (range) => range[0] <= last.status && last.status <= range[1];
  last.ok = expected === undefined || expected.some(isExpected);
  if (last.ok) pass(last.id);
  return last;
}

/** What a response needs beside the host's answer. */
function finish(response, form, throws) {
  response._form = form;
  if (throws && response._id < 0) throw new Error(`${response._title()}: ${response.error}`);
  return response;
}

export function get(url, params) {
  return perform("GET", url, undefined, params);
}

export function head(url, params) {
  return perform("HEAD", url, undefined, params);
}

export function post(url, body, params) {
  return perform("POST", url, body, params);
}

export function put(url, body, params) {
  return perform("PUT", url, body, params);
}

export function patch(url, body, params) {
  return perform("PATCH", url, body, params);
}

export function del(url, body, params) {
  return perform("DELETE", url, body, params);
}

export function options(url, body, params) {
  return perform("OPTIONS", url, body, params);
}

export function request(method, url, body, params) {
  return perform(methodOf(method), url, body, params);
}

function methodOf(method) {
  if (typeof method === "string" && method !== "") return method.toUpperCase();
  throw new TypeError(`http: the method must be a string such as "GET", not ${kindOf(method)}`);
}

/** Requests that are asked for while none is awaited go out together. */
export function asyncRequest(method, url, body, params) {
  onlyInFunctions("http.asyncRequest()");
  return new Promise((resolve, reject) => {
    if (gathered.length === 0) soon(sendGathered);
    gathered.push({ request: [method, url, body, params], resolve, reject });
  });
}

let gathered = [];

function sendGathered() {
  const all = gathered;
  gathered = [];
  for (let i = 0; i < all.length; i += PARALLEL) {
    const some = all.slice(i, i + PARALLEL);
    try {
      const responses = sendTogether(some.map((one) => one.request));
      some.forEach((one, at) => one.resolve(responses[at]));
    } catch (error) {
      for (const one of some) one.reject(error);
    }
  }
}

/** Forgets requests that an earlier call didn't send any more. */
export function forgetGathered() {
  gathered = [];
}

/** All at once, in groups of 64 or of `options.batch`. */
export function batch(requests) {
  if (typeof requests !== "object" || requests === null) {
    throw new TypeError(
      `http.batch: a list or an object of requests is needed, not ${kindOf(requests)}`,
    );
  }
  const isList = Array.isArray(requests);
  const keys = isList ? undefined : Object.keys(requests);
  const list = (isList ? requests : keys.map((key) => requests[key])).map(requestOf);
  const responses = [];
  const step = Math.min(defaults.batch, PARALLEL);
  for (let i = 0; i < list.length; i += step)
    responses.push(...sendTogether(list.slice(i, i + step)));
  if (isList) return responses;
  return Object.fromEntries(keys.map((key, at) => [key, responses[at]]));
}

/** One entry of a batch as method, url, body and params. */
function requestOf(entry) {
  if (Array.isArray(entry)) {
    const [method, url, ...rest] = entry;
    return [method, url, ...rest];
  }
  if (typeof entry === "object" && entry !== null && !("raw" in entry)) {
    return [entry.method ?? "GET", entry.url, entry.body, entry.params];
  }
  return ["GET", entry];
}

function sendTogether(list) {
  const [kept, jars] = [[], []];
  const calls = list.map(([method, url, body, params]) => {
    const upper = methodOf(method);
    prepare(upper, url, body, params);
    const d = draft;
    jars.push(d.jar);
    const sent = d.shared === undefined ? d.body : body.bytes;
    kept.push({ form: d.form, throws: d.throws, sent });
    return [
      upper,
      d.url,
      d.headers,
      d.body,
      d.name,
      d.tags,
      d.timeout,
      d.redirects,
      d.expected,
      d.form !== "none",
      d.shared,
    ];
  });
  if (jars.some((jar) => jar !== OWN)) useJars(jars);
  const results = sendAll(calls);
  return results.map((result, at) => {
    const [method, url, headers] = calls[at];
    const expected = calls[at][8];
    const { form, throws, sent } = kept[at];
    const response = receive(answerOf(result, at, expected), at, method, url, headers, sent);
    return finish(response, form, throws);
  });
}

/** Statuses that count as success: numbers, and `{ min, max }`. */
export function expectedStatuses(...statuses) {
  return { [ranges]: statuses.map(rangeOf) };
}

function rangeOf(status) {
  if (typeof status === "number") return [status, status];
  if (typeof status?.min === "number" && typeof status.max === "number")
    return [status.min, status.max];
  throw new TypeError(
    "expectedStatuses: each argument must be a number or an object such as { min: 200, max: 299 }",
  );
}

/** What counts as success in all requests from now on; null: everything. */
export function setResponseCallback(callback) {
  defaults.expected = callbackOf(callback);
}

/** A URL whose name in the results has `${}` for what varies. */
export function url(strings, ...values) {
  let whole = strings[0];
  let name = strings[0];
  for (let i = 0; i < values.length; i++) {
    whole += String(values[i]) + strings[i + 1];
    name += "${}" + strings[i + 1];
  }
  return { url: whole, name, raw: strings, toString: () => whole };
}

/** A file for a body of several parts. */
export function file(data, filename, contentType) {
  return new FileData(data, filename, contentType);
}

/** The VU's cookies. */
export function cookieJar() {
  return vuJar();
}

export { CookieJar, FileData, Response };
export * from "../internal/k6-types.js";

export const TLS_1_0 = "tls1.0";
export const TLS_1_1 = "tls1.1";
export const TLS_1_2 = "tls1.2";
export const TLS_1_3 = "tls1.3";

export default {
  get,
  head,
  post,
  put,
  patch,
  del,
  options,
  request,
  asyncRequest,
  batch,
  expectedStatuses,
  setResponseCallback,
  url,
  file,
  cookieJar,
  CookieJar,
  FileData,
  Response,
  TLS_1_0,
  TLS_1_1,
  TLS_1_2,
  TLS_1_3,
};
