// From the arguments of k6's HTTP functions to those of the host.

import { numberOf, ownCookies, OWN } from "./cookies.js";
import { compressed, encodingsOf } from "./compression.js";
import { bodyWithFiles, hasFiles } from "./multipart.js";
import { SharedBody } from "./shared-body.js";
import { formEncoded, kindOf, microseconds, pairsOf, sendable, urlText } from "./text.js";

/** The key under which `expectedStatuses` keeps its ranges. */
export const ranges = Symbol("ranges");

/** Every status. */
const ANY = [[100, 999]];

/** What holds for all requests, from the script's options and `setResponseCallback`. */
export const defaults = {
  expected: undefined,
  redirects: -2,
  form: "text",
  userAgent: undefined,
  throws: false,
  batch: 20,
};

/** The request that is being made. One object for all: it is read before the next one is prepared. */
export const draft = {
  url: "",
  headers: undefined,
  body: undefined,
  name: undefined,
  tags: undefined,
  timeout: 0,
  redirects: -2,
  expected: undefined,
  form: "text",
  jar: OWN,
  throws: false,
  /** How the body is to be compressed, one after the other. */
  encodings: undefined,
  /** The number of a body that the host has, instead of one of its own. */
  shared: undefined,
};

/** What the function is called that sends this method, for messages. */
export function functionOf(method) {
  return method === "DELETE" ? "del" : method.toLowerCase();
}

/** Fills the draft. */
export function prepare(method, url, body, params) {
  const d = draft;
  d.headers = undefined;
  d.tags = undefined;
  d.timeout = 0;
  d.redirects = defaults.redirects;
  d.expected = defaults.expected;
  d.form = defaults.form;
  d.throws = defaults.throws;
  d.jar = OWN;
  d.encodings = undefined;
  d.shared = undefined;
  if (typeof url === "string") {
    d.url = url;
    d.name = undefined;
  } else {
    d.url = urlText(url, `http.${functionOf(method)}`);
    d.name = typeof url.name === "string" ? url.name : undefined;
  }
  if (params !== undefined && params !== null) readParams(params);
  d.body =
    body === undefined || body === null || typeof body === "string"
      ? (body ?? undefined)
      : encode(method, body);
  if (d.encodings !== undefined && d.body !== undefined) compress();
  if (defaults.userAgent !== undefined) addHeader("User-Agent", defaults.userAgent);
  if (params !== undefined && params !== null && (params.cookies || d.headers)) addCookies(params.cookies);
}

function readParams(params) {
  const d = draft;
  if (params.headers) d.headers = pairsOf(params.headers, "headers");
  if (params.tags) readTags(params.tags);
  if (params.timeout !== undefined) d.timeout = microseconds(params.timeout, "timeout");
  if (params.redirects !== undefined && params.redirects !== null)
    d.redirects = redirectsOf(params.redirects);
  if (params.responseType !== undefined) d.form = formOf(params.responseType);
  if (params.responseCallback !== undefined) d.expected = callbackOf(params.responseCallback);
  if (params.throw !== undefined) d.throws = !!params.throw;
  if (params.jar) d.jar = numberOf(params.jar);
  if (params.auth !== undefined && params.auth !== "basic") {
    throw new Error(
      `auth "${params.auth}" isn't supported: only "basic", with the user in the URL, or an Authorization header`,
    );
  }
  if (params.compression) d.encodings = encodingsOf(params.compression);
}

/** A header of the script's own says what it says, as in k6. */
function compress() {
  draft.body = compressed(draft.body, draft.encodings);
  addHeader("Content-Encoding", draft.encodings.join(", "));
}

/** k6 names URLs by a tag. */
function readTags(tags) {
  const list = [];
  for (const key in tags) {
    const value = tags[key];
    if (value === undefined || value === null) continue;
    if (key === "name") draft.name = String(value);
    else list.push([key, String(value)]);
  }
  if (list.length > 0) draft.tags = list;
}

export function redirectsOf(count) {
  const hops = Number(count);
  if (!(hops >= 0)) throw new TypeError(`redirects: ${count} isn't a number of redirects`);
  return hops === 0 ? -1 : Math.floor(hops);
}

function formOf(type) {
  if (type === "text" || type === "binary" || type === "none") return type;
  throw new TypeError(`responseType: "${type}" must be "text", "binary" or "none"`);
}

export function callbackOf(callback) {
  if (callback === null) return ANY;
  const list = callback?.[ranges];
  if (list === undefined) {
    throw new TypeError("a response callback must be made by http.expectedStatuses(…), or be null");
  }
  return list;
}

/** Bodies other than text: bytes, files, and objects as a form. */
function encode(method, body) {
  if (body instanceof SharedBody) {
    // What is compressed here isn't what the host has.
    if (draft.encodings === undefined) draft.shared = body.number();
    return draft.shared === undefined ? body.bytes : undefined;
  }
  const bytes = sendable(body);
  if (bytes !== undefined) return bytes;
  if (typeof body === "number" || typeof body === "boolean") return String(body);
  const isFields = typeof body === "object" && !Array.isArray(body) && !(body instanceof Promise);
  if (!isFields) {
    throw new TypeError(
      `http.${functionOf(method)}: the body must be a string, an ArrayBuffer or an object of form fields, ` +
        `not ${kindOf(body)}; JSON is written with JSON.stringify`,
    );
  }
  if (hasFiles(body)) {
    const parts = bodyWithFiles(body);
    setHeader("Content-Type", parts.contentType);
    return parts.bytes;
  }
  addHeader("Content-Type", "application/x-www-form-urlencoded");
  return formEncoded(body);
}

/** Adds a header unless the script gave one of this name. */
function addHeader(name, value) {
  const lower = name.toLowerCase();
  const list = (draft.headers ??= []);
  if (!list.some(([other]) => other.toLowerCase() === lower)) list.push([name, value]);
}

function setHeader(name, value) {
  const lower = name.toLowerCase();
  const others = (draft.headers ?? []).filter(([other]) => other.toLowerCase() !== lower);
  draft.headers = [...others, [name, value]];
}

/** Cookies of the request's own, in `cookies` or in a header. The host adds those of the jar. */
function addCookies(own) {
  const at = (draft.headers ?? []).findIndex(([name]) => name.toLowerCase() === "cookie");
  const given = at < 0 ? undefined : draft.headers[at][1];
  if (own === undefined && given === undefined) return;
  const value = ownCookies(given, own, draft.jar, draft.url);
  if (value !== "") setHeader("Cookie", value);
}
