// A response. It stays with the host: headers and body cross over only when a script asks for them.

import {
  body,
  bodyJson,
  bodyText,
  failure,
  fail as hostFail,
  finalUrl,
  header,
  headers,
  pass as hostPass,
  remoteAddress,
  timings,
} from "wasmswarm:native";
import { codeOf, statusText } from "./codes.js";
import { cookiesOf } from "./cookies.js";
import { select } from "./gjson.js";
import { state } from "./state.js";
import { canonical } from "./text.js";

/** So many responses of one call are kept; see `wit/http.wit`. */
const KEPT = 64;

const NO_TIMINGS = { blocked: 0, dns: 0, connect: 0, tls: 0, sending: 0, waiting: 0, receiving: 0 };

/**
 * What the host answered to the request of this number, as a response; the rest is what it was given: method, url,
 * headers, body.
 */
export function receive(result, index, method, url, headers, body) {
  if (typeof result === "string") {
    if (result === "interrupted") throw new Error(`${method} ${url}: the run is being stopped`);
    return new Response(-1, 0, false, 0, result, method, url, headers, body, reasonOf(result, index));
  }
  state.responses++;
  return new Response(
    result.id,
    result.status,
    result.ok,
    result.duration,
    "",
    method,
    url,
    headers,
    body,
  );
}

/** Codes that say all that matters. */
const PLAIN = ["timeout", "too-many-redirects", "connection-refused"];

/** A code and, in words, what the host knows beyond it. */
function reasonOf(code, index) {
  if (PLAIN.includes(code)) return code;
  const reason = failure(index);
  return reason === "" ? code : `${code}: ${reason}`;
}

/** Where the time of a response went. All but the duration is asked of the host. */
class Timings {
  constructor(response) {
    this._response = response;
    this._parts = undefined;
  }

  _of(part) {
    const response = this._response;
    this._parts ??= response._id < 0 ? NO_TIMINGS : timings(live(response));
    return this._parts[part] / 1000;
  }

  get duration() {
    return this._response._duration / 1000;
  }

  get blocked() {
    return this._of("blocked");
  }

  get looking_up() {
    return this._of("dns");
  }

  get connecting() {
    return this._of("connect");
  }

  get tls_handshaking() {
    return this._of("tls");
  }

  get sending() {
    return this._of("sending");
  }

  get waiting() {
    return this._of("waiting");
  }

  get receiving() {
    return this._of("receiving");
  }

  toJSON() {
    const {
      duration,
      blocked,
      looking_up,
      connecting,
      tls_handshaking,
      sending,
      waiting,
      receiving,
    } = this;
    return {
      duration,
      blocked,
      looking_up,
      connecting,
      tls_handshaking,
      sending,
      waiting,
      receiving,
    };
  }
}

/** Why something that k6 has can't be had. */
function refuse(what, instead) {
  throw new Error(`Response.${what} isn't supported: ${instead}`);
}

export class Response {
  constructor(id, status, ok, duration, code, method, url, headers, body, error = code) {
    this.status = status;
    this.ok = ok;
    /** Why there is no response: `connection-refused`, `timeout` or another code, with what is known beyond it. */
    this.error = error;
    this._code = code;
    this._id = id;
    this._call = state.call;
    this._number = state.responses;
    this._duration = duration;
    this._method = method;
    this._url = url;
    this._sentHeaders = headers;
    this._sentBody = body;
    /** Whether the script wants no body, as with k6's `responseType`. */
    this._form = "text";
    this._json = undefined;
    this._headers = undefined;
  }

  /** Time of the exchange in milliseconds, without waiting for a connection. */
  get duration() {
    return this._duration / 1000;
  }

  get error_code() {
    return codeOf(this._code, this.status);
  }

  get status_text() {
    return statusText(this.status);
  }

  /** The body as k6 has it: a string, an ArrayBuffer if bytes were asked for, or null. */
  get body() {
    if (this._id < 0 || this._form === "none") return null;
    return this._form === "binary" ? body(live(this)) : bodyText(live(this));
  }

  /** The body as text. */
  text() {
    return bodyText(live(this));
  }

  /** The body as an ArrayBuffer. */
  bytes() {
    return body(live(this));
  }

  /** The body's JSON, or what a path such as `items.0.name` finds in it. */
  json(path) {
    if (this._json === undefined) this._json = this._parse();
    return path === undefined ? this._json : select(this._json, path);
  }

  _parse() {
    const id = live(this);
    if (this._form === "none")
      throw new Error(`${this._title()}: the body was not asked for (responseType "none")`);
    try {
      return bodyJson(id);
    } catch (error) {
      const why = bodyText(id) === "" ? "it is empty or was discarded" : error.message;
      throw new Error(
        `${this._title()}: the body of the ${this.status} response isn't JSON: ${why}`,
      );
    }
  }

  /** The first header of this name, in any case; undefined without one. */
  header(name) {
    return header(live(this), name);
  }

  /** All headers by name, as k6 writes them (`X-Request-Id`); several of one name are joined by a comma. */
  get headers() {
    if (this._headers === undefined)
      this._headers = this._id < 0 ? {} : byName(headers(live(this)));
    return this._headers;
  }

  /** Cookies that this response sets, by name. */
  get cookies() {
    return this._id < 0 ? {} : cookiesOf(headers(live(this)));
  }

  /** Where the time went, in milliseconds. */
  get timings() {
    return new Timings(this);
  }

  /** The URL that answered, after redirects. */
  get url() {
    return this._id < 0 ? this._url : finalUrl(live(this));
  }

  get remote_ip() {
    return this._id < 0
      ? ""
      : remoteAddress(live(this))
          .replace(/:\d+$/, "")
          .replace(/^\[|\]$/g, "");
  }

  get remote_port() {
    return this._id < 0 ? 0 : Number(/\d+$/.exec(remoteAddress(live(this)))?.[0] ?? 0);
  }

  /** What was asked for. */
  get request() {
    const sent = {};
    for (const [name, value] of this._sentHeaders ?? []) (sent[canonical(name)] ??= []).push(value);
    return { method: this._method, url: this._url, headers: sent, body: this._sentBody ?? "" };
  }

  /** Counts this response as a success, whatever its status. */
  pass() {
    hostPass(live(this));
    this.ok = true;
  }

  /** Counts this response as a failure. */
  fail(message) {
    hostFail(live(this), String(message));
    this.ok = false;
  }

  /** Returns this response if it counts as a success, and throws otherwise. */
  orThrow() {
    if (this._id < 0) live(this);
    if (!this.ok) throw new Error(`${this._title()}: unexpected status ${this.status}`);
    return this;
  }

  html() {
    refuse(
      "html()",
      "`body` is the page's text, to search with a regular expression or `findBetween`",
    );
  }

  submitForm() {
    refuse("submitForm()", "send the form's fields with `http.post(url, { field: value })`");
  }

  clickLink() {
    refuse("clickLink()", "request the link's URL with `http.get`");
  }

  /** `HTTP/1.1` or `HTTP/2.0`; empty without a response. */
  get proto() {
    return this._id < 0 ? "" : (header(live(this), ":protocol") ?? "");
  }

  /** `tls1.3` or `tls1.2`; empty without TLS. */
  get tls_version() {
    return this._id < 0 ? "" : (header(live(this), ":tls-version") ?? "");
  }

  /** Such as `TLS_AES_128_GCM_SHA256`; empty without TLS. */
  get tls_cipher_suite() {
    return this._id < 0 ? "" : (header(live(this), ":tls-cipher-suite") ?? "");
  }

  get ocsp() {
    return refuse("ocsp", "whether a certificate was revoked isn't asked");
  }

  /** What `JSON.stringify` shows, and `setup` hands on. */
  toJSON() {
    const {
      status,
      status_text,
      error,
      error_code,
      url,
      body,
      headers,
      cookies,
      timings,
      request,
    } = this;
    return {
      status,
      status_text,
      error,
      error_code,
      url,
      body,
      headers,
      cookies,
      timings,
      request,
    };
  }

  _title() {
    return `${this._method} ${this._url}`;
  }
}

/** The id of a response that can still be asked. Asking for another one would end this VU. */
function live(response) {
  if (response._id < 0) throw new Error(`${response._title()}: no response: ${response.error}`);
  if (response._call !== state.call || state.responses - response._number >= KEPT) {
    throw new Error(
      `${response._title()}: the response is gone: it can be read until the function that the run calls returns, ` +
        `or ${KEPT} newer ones have come; keep what you need of it, such as \`response.json()\``,
    );
  }
  return response._id;
}

function byName(list) {
  const found = {};
  for (const [name, value] of list) {
    const key = canonical(name);
    found[key] = Object.hasOwn(found, key) ? `${found[key]}, ${value}` : value;
  }
  return found;
}
