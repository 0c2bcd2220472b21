// `https://jslib.k6.io/url/…`: URLs and their parameters, for absolute http and https addresses.

import { formEncoded } from "../internal/text.js";

const FORM =
  /^(https?:)\/\/(?:([^/?#@:]*)(?::([^/?#@]*))?@)?([^/?#:]+)(?::(\d*))?([^?#]*)(\?[^#]*)?(#.*)?$/i;

const DEFAULT_PORTS = { "http:": "80", "https:": "443" };

export class URLSearchParams {
  constructor(init = "") {
    this._list = typeof init === "string" ? parsed(init) : entriesOf(init);
  }

  append(name, value) {
    this._list.push([String(name), String(value)]);
  }

  delete(name) {
    this._list = this._list.filter(([key]) => key !== name);
  }

  get(name) {
    return this._list.find(([key]) => key === name)?.[1] ?? null;
  }

  getAll(name) {
    return this._list.filter(([key]) => key === name).map(([, value]) => value);
  }

  has(name) {
    return this._list.some(([key]) => key === name);
  }

  set(name, value) {
    const at = this._list.findIndex(([key]) => key === name);
    if (at < 0) return this.append(name, value);
    this._list[at] = [String(name), String(value)];
    this._list = this._list.filter(([key], i) => key !== name || i === at);
  }

  sort() {
    this._list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  forEach(callback) {
    for (const [name, value] of this._list) callback(value, name, this);
  }

  keys() {
    return this._list.map(([name]) => name).values();
  }

  values() {
    return this._list.map(([, value]) => value).values();
  }

  entries() {
    return this._list.map(([name, value]) => [name, value]).values();
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  toString() {
    return this._list.map(([name, value]) => formEncoded({ [name]: value })).join("&");
  }
}

function parsed(text) {
  const parts = text.replace(/^\?/, "").split("&");
  return parts.filter((part) => part !== "").map(pairOf);
}

function pairOf(part) {
  const at = part.indexOf("=");
  const [name, value] = at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
  return [decoded(name), decoded(value)];
}

function decoded(text) {
  const spaced = text.replace(/\+/g, " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

function entriesOf(init) {
  const list = typeof init[Symbol.iterator] === "function" ? [...init] : Object.entries(init);
  return list.map(([name, value]) => [String(name), String(value)]);
}

export class URL {
  constructor(url, base) {
    const whole = base === undefined ? String(url) : resolved(String(url), new URL(base));
    const found = FORM.exec(whole);
    if (found === null)
      throw new TypeError(`URL: "${whole}" isn't an absolute http or https address`);
    const [, protocol, username, password, hostname, port, pathname, search, hash] = found;
    this.protocol = protocol.toLowerCase();
    this.username = username ?? "";
    this.password = password ?? "";
    this.hostname = hostname.toLowerCase();
    this.port = !port || port === DEFAULT_PORTS[this.protocol] ? "" : port;
    this.pathname = pathname === "" ? "/" : escaped(pathname);
    this.hash = hash ?? "";
    this.searchParams = new URLSearchParams(search ?? "");
  }

  get host() {
    return this.port === "" ? this.hostname : `${this.hostname}:${this.port}`;
  }

  get origin() {
    return `${this.protocol}//${this.host}`;
  }

  get search() {
    const text = this.searchParams.toString();
    return text === "" ? "" : `?${text}`;
  }

  set search(text) {
    this.searchParams = new URLSearchParams(String(text));
  }

  get href() {
    const user = this.password === "" ? this.username : `${this.username}:${this.password}`;
    const before = user === "" ? "" : `${user}@`;
    return `${this.protocol}//${before}${this.host}${this.pathname}${this.search}${this.hash}`;
  }

  toString() {
    return this.href;
  }

  toJSON() {
    return this.href;
  }
}

/** What is written with `%` already stays as it is. */
function escaped(path) {
  return path.replace(/[^\w\-.~!$&'()*+,;=:@/%]/gu, encodeURIComponent);
}

function resolved(url, base) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(url)) return url;
  if (url.startsWith("//")) return base.protocol + url;
  if (url.startsWith("/")) return base.origin + url;
  if (url.startsWith("?")) return base.origin + base.pathname + url;
  if (url.startsWith("#")) return base.origin + base.pathname + base.search + url;
  return base.origin + withoutDots(base.pathname.replace(/[^/]*$/, "") + url);
}

function withoutDots(path) {
  const [, folder, rest] = /^([^?#]*)(.*)$/s.exec(path);
  const kept = [];
  for (const part of folder.split("/").slice(1)) {
    if (part === "..") kept.pop();
    else if (part !== ".") kept.push(part);
  }
  return `/${kept.join("/")}${rest}`;
}
