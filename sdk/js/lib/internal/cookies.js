// Cookies in scripts' own hands: what responses set, and k6's cookie jars.
//
// The host keeps the cookies of a VU by itself, and a script can't read them there. A jar begins to
// follow them when a script asks for it, with the responses that the running call still has.

import { finalUrl, headers } from "wasmswarm:native";
import { state } from "./state.js";

/** So many responses of one call can be asked. */
const KEPT = 64;

/** The run's host, as far as it is known: relative URLs are its own. */
let ownHost = "";

const plain = (host) => (host === ownHost ? "" : host);

/** Cookies that headers set, by name, with their attributes. */
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
  const [first, ...attributes] = text.split(";");
  const equals = first.indexOf("=");
  if (equals < 1) return undefined;
  const cookie = {
    name: first.slice(0, equals).trim(),
    value: first.slice(equals + 1).trim(),
    domain: "",
    path: "",
    expires: "",
    max_age: 0,
    http_only: false,
    secure: false,
  };
  for (const attribute of attributes) readAttribute(cookie, attribute);
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
      cookie.expires = value;
      break;
    case "max-age":
      cookie.max_age = Number(value) || -1;
      break;
    case "httponly":
      cookie.http_only = true;
      break;
    case "secure":
      cookie.secure = true;
      break;
  }
}

/** Host, path and whether it is TLS, of an absolute or relative URL. Relative ones are the run's host: "". */
function placeOf(url) {
  const [, scheme, host, path] = /^(?:(https?):\/\/(?:[^/@?#]*@)?([^/:?#]*)[^/?#]*)?([^?#]*)/i.exec(
    url,
  );
  return {
    host: (host ?? "").toLowerCase(),
    path: path || "/",
    isSecure: scheme?.toLowerCase() === "https",
  };
}

function isFor(cookie, place) {
  const host = cookie.domain || cookie.host;
  const isHost =
    plain(place.host) === plain(host) ||
    (cookie.domain !== "" && place.host.endsWith(`.${cookie.domain}`));
  const folder = cookie.path.endsWith("/") ? cookie.path : `${cookie.path}/`;
  const isPath = place.path === cookie.path || place.path.startsWith(folder);
  return isHost && isPath && (!cookie.secure || place.isSecure);
}

export class CookieJar {
  constructor() {
    this._cookies = [];
  }

  /** Sets a cookie for a URL's host. */
  set(url, name, value, options = {}) {
    const expires = options.expires ?? "";
    const cookie = {
      name: String(name),
      value: String(value),
      expires,
      http_only: !!options.http_only,
    };
    cookie.domain = (options.domain ?? "").replace(/^\./, "").toLowerCase();
    cookie.path = options.path ?? "/";
    cookie.max_age = options.max_age ?? 0;
    cookie.secure = !!options.secure;
    this._put(cookie, placeOf(url));
    return true;
  }

  /** The values of the cookies that a request to this URL takes along, by name. */
  cookiesForURL(url) {
    const place = placeOf(url);
    const found = {};
    for (const cookie of this._cookies) {
      if (isFor(cookie, place)) (found[cookie.name] ??= []).push(cookie.value);
    }
    return found;
  }

  /** Removes all cookies of a URL. */
  clear(url) {
    const place = placeOf(url);
    this._cookies = this._cookies.filter((cookie) => !isFor(cookie, place));
  }

  /** Removes one cookie of a URL. */
  delete(url, name) {
    const place = placeOf(url);
    this._cookies = this._cookies.filter((cookie) => cookie.name !== name || !isFor(cookie, place));
  }

  _put(cookie, place) {
    cookie.host = place.host;
    if (!cookie.path.startsWith("/")) cookie.path = place.path.replace(/\/[^/]*$/, "") || "/";
    const same = (other) =>
      other.name === cookie.name &&
      other.path === cookie.path &&
      plain(other.domain || other.host) === plain(cookie.domain || cookie.host);
    this._cookies = this._cookies.filter((other) => !same(other));
    const isOver =
      cookie.max_age < 0 || (cookie.expires !== "" && Date.parse(cookie.expires) <= Date.now());
    if (!isOver) this._cookies.push(cookie);
  }

  /** Takes in what a response sets. */
  _learn(id) {
    const place = placeOf(finalUrl(id));
    if (id === state.lastRelative) ownHost = place.host;
    const found = cookiesOf(headers(id));
    for (const name in found) for (const cookie of found[name]) this._put(cookie, place);
  }
}

/** The VU's own jar, once the script has asked for it. */
export let vuJar;

/** The VU's jar. The first time it looks at the responses that the running call has made. */
export function openVuJar() {
  if (vuJar === undefined) {
    vuJar = new CookieJar();
    const count = Math.min(state.responses, KEPT);
    for (let id = state.lastId - count + 1; id <= state.lastId; id++) vuJar._learn(id);
  }
  return vuJar;
}

/** Begins an iteration without cookies. */
export function forgetCookies() {
  vuJar = undefined;
}

/** The value of a `cookie` header: a jar's cookies for a URL, and a request's own; undefined for none. */
export function cookieHeader(jar, url, own) {
  const all = jar === undefined ? {} : jar.cookiesForURL(url);
  for (const name in own) {
    const cookie = own[name];
    const isObject = typeof cookie === "object" && cookie !== null;
    const value = String(isObject ? cookie.value : cookie);
    all[name] = isObject && cookie.replace ? [value] : [...(all[name] ?? []), value];
  }
  const parts = [];
  for (const name in all) for (const value of all[name]) parts.push(`${name}=${value}`);
  return parts.length > 0 ? parts.join("; ") : undefined;
}
