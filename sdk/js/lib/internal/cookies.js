// Cookies in scripts' hands. The host's jar is the only one: it keeps, sends and stores them (RFC 6265). What is
// here reads and writes it, in k6's words and in those of the module `wasmswarm`.

import {
  clearCookies,
  cookiesFor,
  deleteCookies,
  newJar,
  setCookie,
  allCookies,
} from "wasmswarm:native";
import { onlyInFunctions, state } from "./state.js";
import { kindOf } from "./text.js";

/** The VU's own jar. */
export const OWN = 0;

/** What can't stand in a cookie; Go leaves it out, and so does k6. */
const FORBIDDEN = /[\u0000-\u001f\u007f;"\\]/g;

/** A cookie's value as it is sent: with quotes if it has blanks or commas, as Go writes it. */
function sent(value) {
  const plain = String(value).replace(FORBIDDEN, "");
  return /[ ,]/.test(plain) ? `"${plain}"` : plain;
}

/** A cookie's value as scripts read it. */
const read = (value) => (/^".*"$/.test(value) ? value.slice(1, -1) : value);

/** Another jar than the VU's own, which the host makes when it is first needed. */
export class Jar {
  constructor() {
    this._id = undefined;
    /** What the top level did, when there was no host yet. */
    this._early = state.building ? [] : undefined;
  }

  /** Its number, by which the host knows it. */
  get _number() {
    if (this._id === undefined) {
      onlyInFunctions("a cookie jar");
      this._id = newJar();
      for (const [url, text] of this._early ?? []) setCookie(this._id, url, text);
    }
    return this._id;
  }

  _set(url, text) {
    if (!state.building) return setCookie(this._number, String(url), text);
    this._early.push([String(url), text]);
    return true;
  }

  /** What a request to this URL carries: `{ name, value, domain, path, … }`. */
  matching(url) {
    return cookiesFor(this._number, String(url));
  }

  /** The value of the first cookie of this name that a request to this URL carries. */
  get(url, name) {
    return this.matching(url).find((cookie) => cookie.name === name)?.value;
  }

  /** All that haven't expired. */
  all() {
    return allCookies(this._number);
  }
}

/** The VU's own cookies, and jars of a script's own: `cookies` of the module `wasmswarm`. */
class Cookies extends Jar {
  /** Takes in a text as of a `Set-Cookie` header of this URL: `a=1; Path=/`. False if it is ignored there. */
  set(url, text) {
    return this._set(url, String(text));
  }

  /** Removes the cookies of this name that a request to this URL carries. */
  delete(url, name) {
    return deleteCookies(this._number, String(url), String(name));
  }

  /** Removes all. */
  clear() {
    clearCookies(this._number);
  }
}

export const cookies = new Cookies();
cookies._id = OWN;
cookies.Jar = Cookies;

/** k6's jar. */
export class CookieJar extends Jar {
  /** Sets a cookie for a URL's host. */
  set(url, name, value, options) {
    return this._set(url, `${String(name)}=${sent(value)}${attributes(options ?? {})}`);
  }

  /** The values of the cookies that a request to this URL takes along, by name. */
  cookiesForURL(url) {
    const found = {};
    for (const { name, value } of this.matching(url)) (found[name] ??= []).push(read(value));
    return found;
  }

  /** Removes all cookies of a URL. */
  clear(url) {
    for (const name of new Set(this.matching(url).map((cookie) => cookie.name)))
      deleteCookies(this._number, String(url), name);
  }

  /** Removes one cookie of a URL. */
  delete(url, name) {
    deleteCookies(this._number, String(url), String(name));
  }
}

function attributes({ domain, path, expires, max_age, secure, http_only }) {
  const plain = (text) => String(text).replace(FORBIDDEN, "");
  return (
    (domain ? `; Domain=${plain(domain)}` : "") +
    (path ? `; Path=${plain(path)}` : "") +
    (expires ? `; Expires=${plain(dateOf(expires))}` : "") +
    (max_age ? `; Max-Age=${Math.trunc(Number(max_age)) || 0}` : "") +
    (secure ? "; Secure" : "") +
    (http_only ? "; HttpOnly" : "")
  );
}

/** A date as headers write it. */
function dateOf(expires) {
  const date = expires instanceof Date ? expires : new Date(expires);
  if (Number.isNaN(date.getTime())) throw new TypeError(`cookie: "${expires}" isn't a date`);
  return date.toUTCString();
}

/** The VU's own jar, as k6 has it. */
const own = new CookieJar();
own._id = OWN;

export function vuJar() {
  onlyInFunctions("http.cookieJar()");
  return own;
}

/** The number of a jar that a request names; the VU's own without one. */
export function numberOf(jar) {
  if (jar === undefined || jar === null) return OWN;
  if (jar instanceof Jar) return jar._number;
  throw new TypeError(`jar: a cookie jar is needed, not ${kindOf(jar)}`);
}

/**
 * The `cookie` header of a request with cookies of its own; the host adds those of the jar that have another name.
 * As in k6 they don't replace the jar's of the same name, unless they say so: then both are sent.
 */
export function ownCookies(header, given, jar, url) {
  const parts = header === undefined || header === "" ? [] : [header];
  const kept = new Set(parts.flatMap((text) => text.split(";")).map((one) => one.split("=")[0].trim()));
  for (const name in given) {
    const cookie = given[name];
    const isObject = typeof cookie === "object" && cookie !== null;
    parts.push(`${name}=${sent(isObject ? cookie.value : cookie)}`);
    if (isObject && cookie.replace) kept.delete(name);
    else kept.add(name);
  }
  for (const { name, value } of cookiesFor(jar, url))
    if (kept.has(name)) parts.push(`${name}=${value}`);
  return parts.join("; ");
}

/** Cookies that headers set, by name, with their attributes, as k6's `response.cookies` has them. */
export function cookiesOf(list) {
  const found = {};
  for (const [name, value] of list) {
    if (name.toLowerCase() !== "set-cookie") continue;
    const cookie = parse(value);
    if (cookie !== undefined) (found[cookie.name] ??= []).push(cookie);
  }
  return found;
}

function parse(text) {
  const [first, ...rest] = text.split(";");
  const equals = first.indexOf("=");
  if (equals < 1) return undefined;
  const cookie = {
    name: first.slice(0, equals).trim(),
    value: read(first.slice(equals + 1).trim()),
    domain: "",
    path: "",
    expires: 0,
    max_age: 0,
    http_only: false,
    secure: false,
  };
  for (const attribute of rest) readAttribute(cookie, attribute);
  return cookie;
}

function readAttribute(cookie, text) {
  const [key, ...rest] = text.split("=");
  const value = rest.join("=").trim();
  switch (key.trim().toLowerCase()) {
    case "domain":
      cookie.domain = value.replace(/^\./, "").toLowerCase();
      break;
    case "path":
      cookie.path = value;
      break;
    case "expires":
      cookie.expires = Date.parse(value) || 0;
      break;
    case "max-age":
      cookie.max_age = Number(value) > 0 ? Math.trunc(Number(value)) : -1;
      break;
    case "httponly":
      cookie.http_only = true;
      break;
    case "secure":
      cookie.secure = true;
      break;
  }
}
