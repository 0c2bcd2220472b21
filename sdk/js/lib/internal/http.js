// `http` of the module `wasmswarm`.

import { send, sendAll, useJar, useJars } from "wasmswarm:native";
import { numberOf, OWN } from "./cookies.js";
import { receive } from "./response.js";
import { SharedBody } from "./shared-body.js";
import { formEncoded, fromSeconds, kindOf, pairs, pairsOf, sendable, urlText } from "./text.js";

const NO_OPTIONS = {};

/** So many requests can go out at once; see `wit/http.wit`. */
const PARALLEL = 64;

/** Statuses as ranges: `404`, `[200, 404]`, `[[200, 299], 404]`. */
function expectedOf(expect) {
  if (expect === undefined) return undefined;
  const list = Array.isArray(expect) ? expect : [expect];
  return list.map((one) => (typeof one === "number" ? [one, one] : one));
}

function redirectsOf(redirects) {
  if (redirects === undefined || redirects === true) return -2;
  return redirects === false || redirects === 0 ? -1 : redirects;
}

function methodOf(method) {
  if (typeof method === "string") return method.toUpperCase();
  throw new TypeError(`http: the method must be a string, not ${kindOf(method)}`);
}

function urlOf(method, given, query) {
  const url = urlText(given, `http.${method.toLowerCase()}`);
  if (query === undefined) return url;
  const text = formEncoded(query);
  return text === "" ? url : `${url}${url.includes("?") ? "&" : "?"}${text}`;
}

/** The headers, with the type of a body that isn't text. */
function headersOf(options) {
  const list = options.headers ? pairsOf(options.headers, "headers") : undefined;
  const type =
    options.json !== undefined
      ? "application/json"
      : options.form !== undefined
        ? "application/x-www-form-urlencoded"
        : undefined;
  if (type === undefined) return list;
  if (list === undefined) return [["content-type", type]];
  return list.some(([name]) => name.toLowerCase() === "content-type")
    ? list
    : [...list, ["content-type", type]];
}

function bodyOf(options) {
  if (options.json !== undefined) return JSON.stringify(options.json);
  if (options.form !== undefined) return formEncoded(options.form);
  if (options.body === undefined || options.body === null) return undefined;
  if (options.body instanceof SharedBody) return options.body.bytes;
  const body = sendable(options.body);
  if (body !== undefined) return body;
  throw new TypeError(
    `body: a string or an ArrayBuffer is needed, not ${kindOf(options.body)}; there are \`json\` and \`form\` for objects`,
  );
}

/** The number of a body that the host has, if it is one. */
function sharedOf(options) {
  const isOne =
    options.body instanceof SharedBody && options.json === undefined && options.form === undefined;
  return isOne ? options.body.number() : undefined;
}

/** The arguments of the host's `send`. */
function argumentsOf(method, url, options) {
  const shared = sharedOf(options);
  return [
    method,
    urlOf(method, url, options.query),
    headersOf(options),
    shared === undefined ? bodyOf(options) : undefined,
    options.name,
    options.tags === undefined ? undefined : pairs(options.tags),
    options.timeout === undefined ? 0 : fromSeconds(options.timeout, "timeout"),
    redirectsOf(options.redirects),
    expectedOf(options.expect),
    options.discard !== true,
    shared,
  ];
}

/** The body that a response says was sent. */
function sentBody(call, options) {
  return call[10] === undefined ? call[3] : options.body.bytes;
}

function request(method, url, options) {
  if (options === undefined && typeof url === "string") {
    const result = send(
      method,
      url,
      undefined,
      undefined,
      undefined,
      undefined,
      0,
      -2,
      undefined,
      true,
    );
    return receive(result, 0, method, url, undefined, undefined);
  }
  const a = argumentsOf(method, url, options ?? NO_OPTIONS);
  const jar = numberOf(options?.jar);
  if (jar !== OWN) useJar(jar);
  const result = send(method, a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10]);
  if (jar !== OWN) useJar(OWN);
  return receive(result, 0, method, a[1], a[2], sentBody(a, options));
}

export const http = {
  get: (url, options) => request("GET", url, options),
  head: (url, options) => request("HEAD", url, options),
  post: (url, options) => request("POST", url, options),
  put: (url, options) => request("PUT", url, options),
  patch: (url, options) => request("PATCH", url, options),
  delete: (url, options) => request("DELETE", url, options),
  request: (method, url, options) => request(methodOf(method), url, options),

  /** A body that many requests send, which crosses to the host once: the `body` of any request. */
  share: (body) => new SharedBody(body),

  /** Sends all at once (at most 64): URLs, or objects with `url`, `method` and the other options. */
  all(requests) {
    if (!Array.isArray(requests))
      throw new TypeError(`http.all: a list of requests is needed, not ${kindOf(requests)}`);
    if (requests.length > PARALLEL) {
      throw new RangeError(
        `http.all: ${requests.length} requests; at most ${PARALLEL} can go out at once`,
      );
    }
    const calls = requests.map((one) =>
      typeof one === "object" && one !== null
        ? argumentsOf(methodOf(one.method ?? "GET"), one.url, one)
        : argumentsOf("GET", one, NO_OPTIONS),
    );
    const jars = requests.map((one) => numberOf(one?.jar));
    if (jars.some((jar) => jar !== OWN)) useJars(jars);
    return sendAll(calls).map((result, at) => {
      const [method, url, headers] = calls[at];
      return receive(result, at, method, url, headers, sentBody(calls[at], requests[at]));
    });
  },
};
