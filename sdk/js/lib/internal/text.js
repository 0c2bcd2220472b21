// Small conversions that several modules share.

import { utf8 } from "wasmswarm:native";

/** An object's entries as the host takes tags and headers: `[key, text]`, undefined for none. */
export function pairs(object) {
  if (object === undefined || object === null) return undefined;
  const list = [];
  for (const key in object) {
    const value = object[key];
    if (value !== undefined && value !== null) list.push([key, String(value)]);
  }
  return list.length > 0 ? list : undefined;
}

/** What a value is, in words for messages. */
export function kindOf(value) {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return `an object of the kind ${value.constructor?.name ?? "Object"}`;
}

/** An object's entries as above; other values are refused. */
export function pairsOf(object, what) {
  if (typeof object === "object" && !Array.isArray(object)) return pairs(object);
  throw new TypeError(`${what}: an object of names and values is needed, not ${kindOf(object)}`);
}

/** Characters of a header's name (RFC 9110 §5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const canonicals = new Map();

/**
 * A header's name as Go writes it, and so k6: `X-Request-Id`, whatever the server wrote. One that isn't a token
 * stays as it is.
 */
export function canonical(name) {
  let found = canonicals.get(name);
  if (found === undefined) {
    found = TOKEN.test(name)
      ? name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
      : name;
    if (canonicals.size < 200 && name.length < 100) canonicals.set(name, found);
  }
  return found;
}

/** The text of what a request's URL was given as: a text, or an object that stands for one. */
export function urlText(url, what) {
  if (typeof url === "string") return url;
  const text = url?.url ?? url?.href ?? (url instanceof String ? String(url) : undefined);
  if (typeof text === "string") return text;
  throw new TypeError(`${what}: the URL must be a string, not ${kindOf(url)}`);
}

/** A body of bytes or text as the host takes it; undefined for anything else. */
export function sendable(body) {
  if (typeof body === "string" || body instanceof ArrayBuffer) return body;
  if (body instanceof DataView) return bytesOf(body);
  return ArrayBuffer.isView(body) ? body : undefined;
}

/** Bytes of a text, an ArrayBuffer or a view of one. */
export function bytesOf(input, what) {
  if (typeof input === "string") return utf8(input);
  if (input instanceof ArrayBuffer) return input;
  if (ArrayBuffer.isView(input)) {
    return input.buffer.slice(input.byteOffset, input.byteOffset + input.byteLength);
  }
  if (Array.isArray(input)) return new Uint8Array(input).buffer;
  throw new TypeError(`${what}: a string or an ArrayBuffer is needed, not ${kindOf(input)}`);
}

const UNITS = { d: 86400e6, h: 3600e6, m: 60e6, s: 1e6, ms: 1e3, us: 1, µs: 1, ns: 1e-3 };
const parsed = new Map();

/** Microseconds of a duration in k6's forms: `"1m30s"`, or a number of milliseconds. */
export function microseconds(duration, what) {
  if (typeof duration === "number") return Math.round(duration * 1000);
  const known = parsed.get(duration);
  if (known !== undefined) return known;
  const text = String(duration).trim();
  let total = 0;
  const rest = text.replace(/(\d+(?:\.\d+)?|\.\d+)(d|h|ms|m|s|us|µs|ns)/g, (_, number, unit) => {
    total += Number(number) * UNITS[unit];
    return "";
  });
  if (text === "" || rest !== "") {
    if (text !== "" && Number.isFinite(Number(text))) return Math.round(Number(text) * 1000);
    throw new TypeError(`${what}: "${duration}" isn't a duration such as "10s" or "1m30s"`);
  }
  if (parsed.size < 1000) parsed.set(duration, Math.round(total));
  return Math.round(total);
}

/** A whole number of microseconds from seconds; what isn't a time is refused. */
export function fromSeconds(seconds, what) {
  const us = Math.round(seconds * 1e6);
  if (!(us >= 0)) throw new TypeError(`${what}: ${seconds} isn't a number of seconds`);
  return us;
}

/** `a=1&b=2` of an object; lists repeat their name. */
export function formEncoded(object) {
  const parts = [];
  for (const key in object) {
    const value = object[key];
    const name = formText(key);
    if (Array.isArray(value)) for (const one of value) parts.push(`${name}=${formText(one)}`);
    else if (value !== undefined) parts.push(`${name}=${formText(value)}`);
  }
  return parts.join("&");
}

function formText(value) {
  const text = encodeURIComponent(String(value)).replace(/%20/g, "+");
  return text.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
