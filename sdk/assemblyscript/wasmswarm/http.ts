// Requests, made and measured by the host.

import { Jar } from "./cookies";
import * as host from "./imports";
import { encodeForm, encodeBasic } from "./encode";
import { Json, json } from "./json";
import {
  area, at, begin, liftBytes, liftMaybeText, liftPairs, liftText, lowered, Lowered, lowerPairs, lowerText, micros,
  Pair, put, reserve, size,
} from "./memory";

const REQUEST_SIZE = 80;
const RESULT_SIZE = 32;

/// Stands for a request's own body among the numbers of shared ones.
const OWN_BODY: u64 = u64.MAX_VALUE;

const NO_PAIRS: Pair[] = [];
const NO_RANGES: StaticArray<u16>[] = [];

/// A request that is sent by `send`. What isn't said is the host's default.
export class Request {
  private _headers: Pair[] = NO_PAIRS;
  private _text: string = "";
  private _bytes: Uint8Array | null = null;
  private _name: string = "";
  private _tags: Pair[] = NO_PAIRS;
  private _timeout: u64 = 0;
  private _policy: u8 = 0;
  private _hops: u32 = 0;
  private _expected: StaticArray<u16>[] = NO_RANGES;
  private _keep: u8 = 0;
  private _jar: u64 = 0;
  private _shared: u64 = OWN_BODY;

  constructor(private method: string, private url: string) {}

  /// Groups requests in the results: `/users/{id}` for `/users/17`.
  name(name: string): this {
    this._name = name;
    return this;
  }

  header(name: string, value: string): this {
    if (this._headers === NO_PAIRS) this._headers = [];
    this._headers.push([name, value]);
    return this;
  }

  /// Appends a pair to the URL's query, encoded.
  query(key: string, value: string): this {
    const fragment = this.url.indexOf("#");
    const end = fragment < 0 ? this.url.length : fragment;
    const front = this.url.substring(0, end);
    this.url = front + (front.includes("?") ? "&" : "?") + encodeForm([[key, value]]) + this.url.substring(end);
    return this;
  }

  bearer(token: string): this {
    return this.header("authorization", "Bearer " + token);
  }

  basicAuth(user: string, password: string): this {
    return this.header("authorization", encodeBasic(user, password));
  }

  /// Text to send as it is.
  body(text: string): this {
    this._text = text;
    return this;
  }

  /// Bytes to send.
  bytes(bytes: Uint8Array): this {
    this._bytes = bytes;
    return this;
  }

  /// A body that `http.share` has handed over.
  sharedBody(body: SharedBody): this {
    this._shared = body.number;
    return this;
  }

  /// Sends the cookies of this jar, and stores in it what the response sets, instead of the VU's own;
  /// `noCookies` is none.
  jar(jar: Jar): this {
    this._jar = jar.number;
    return this;
  }

  /// A value to send as JSON.
  json(value: Json): this {
    this._text = value.toString();
    return this.defaultType("application/json");
  }

  /// Pairs to send as an HTML form does.
  form(pairs: Pair[]): this {
    this._text = encodeForm(pairs);
    return this.defaultType("application/x-www-form-urlencoded");
  }

  /// Splits the results further; 16 count.
  tag(key: string, value: string): this {
    if (this._tags === NO_PAIRS) this._tags = [];
    this._tags.push([key, value]);
    return this;
  }

  /// Seconds for the whole exchange.
  timeout(seconds: f64): this {
    this._timeout = micros(seconds);
    return this;
  }

  /// Follows at most this many redirects; 0: the redirect itself is the response.
  redirects(limit: u32): this {
    this._policy = limit == 0 ? 1 : 2;
    this._hops = limit;
    return this;
  }

  /// Statuses that count as success, from the first to the last; 200 to 399 if none are named.
  expectStatus(first: u16, last: u16 = first): this {
    if (this._expected === NO_RANGES) this._expected = [];
    this._expected.push([first, last]);
    return this;
  }

  /// Throws the body away as it comes, of any size and encoding: cheapest.
  discard(): this {
    this._keep = 1;
    return this;
  }

  /// Sends the request and waits for the whole response.
  send(): Response {
    begin();
    const request = reserve(REQUEST_SIZE + 8);
    this.lowerInto(request);
    if (this._jar != 0) host.cookiesUseJar(this._jar);
    if (this._shared == OWN_BODY) host.httpSend(request, area);
    else {
      store<u64>(request, this._shared, REQUEST_SIZE);
      host.httpSendShared(request, area);
    }
    const response = this.lift(area, 0);
    if (this._jar != 0) host.cookiesUseJar(0);
    return response;
  }

  get jarNumber(): u64 {
    return this._jar;
  }

  get bodyNumber(): u64 {
    return this._shared;
  }

  lowerInto(place: usize): void {
    put(place, lowerText(this.method));
    put(place + 8, lowerText(this.url));
    put(place + 16, lowerPairs(this._headers));
    put(place + 24, this.lowerBody());
    put(place + 32, lowerText(this._name));
    put(place + 40, lowerPairs(this._tags));
    store<u64>(place, this._timeout, 48);
    store<u8>(place, this._policy, 56);
    store<u32>(place, this._hops, 60);
    put(place + 64, lowerRanges(this._expected));
    store<u8>(place, this._keep, 72);
  }

  lift(place: usize, index: u32): Response {
    if (load<u8>(place) != 0) {
      const cause = CAUSES[load<u8>(place, 8)];
      const reason = why(index);
      const text = `${this.method} ${this.title()}: ${cause}`;
      return new Response(0, 0, false, 0, reason == "" ? text : `${text}: ${reason}`);
    }
    return new Response(load<u64>(place, 8), load<u16>(place, 16), load<bool>(place, 18), load<u64>(place, 24), "");
  }

  private lowerBody(): Lowered {
    if (this._shared != OWN_BODY) return lowered(8, 0);
    const bytes = this._bytes;
    return bytes === null ? lowerText(this._text) : lowered(bytes.dataStart, bytes.byteLength);
  }

  private title(): string {
    return this._name == "" ? this.url.split("?")[0].split("#")[0] : this._name;
  }

  private defaultType(type: string): this {
    for (let i = 0; i < this._headers.length; i++) {
      if (this._headers[i][0].toLowerCase() == "content-type") return this;
    }
    return this.header("content-type", type);
  }
}

/// A body that the host has and that many requests can send. Where it wasn't taken, `error` says why.
export class SharedBody {
  constructor(public number: u64, public error: string) {}
}

/// Why a request of the last call failed. It lies apart from where results are.
function why(index: u32): string {
  host.httpFailure(index, reason);
  return liftText(reason);
}

const reason: usize = memory.data(8, 4);

/// Lets each request of the next batch use its own jar, if any of them has one.
function useJars(requests: Request[]): void {
  let others = false;
  const jars = reserve(requests.length * 8);
  for (let i = 0; i < requests.length; i++) {
    store<u64>(jars + i * 8, requests[i].jarNumber);
    others = others || requests[i].jarNumber != 0;
  }
  if (others) host.cookiesUseJars(jars, requests.length);
}

function lowerRanges(ranges: StaticArray<u16>[]): Lowered {
  if (ranges.length == 0) return lowered(8, 0);
  const list = reserve(ranges.length * 4);
  for (let i = 0; i < ranges.length; i++) {
    store<u16>(list + i * 4, ranges[i][0]);
    store<u16>(list + i * 4, ranges[i][1], 2);
  }
  return lowered(list, ranges.length);
}

/// Where an exchange spent its time, in microseconds.
export class Timings {
  blocked: u64 = 0;
  dns: u64 = 0;
  connect: u64 = 0;
  tls: u64 = 0;
  sending: u64 = 0;
  waiting: u64 = 0;
  receiving: u64 = 0;
}

/// What came of a request. Its body and headers lie on the host until they are asked for, and only until
/// the task returns. Where there is no response, `error` says why, the status is 0 and all else is empty.
export class Response {
  constructor(
    private id: u64,
    public status: u16,
    /// Whether the status was one of the expected ones.
    public ok: bool,
    /// Microseconds from the first byte written to the last byte read.
    public duration: u64,
    /// Why there is no response; empty if there is one. The host has counted it.
    public error: string,
  ) {}

  /// The body as text.
  text(): string {
    return this.ask() ? this.bodyText() : "";
  }

  /// The body's bytes.
  bytes(): Uint8Array {
    if (!this.ask()) return new Uint8Array(0);
    host.httpBody(this.id, area);
    return liftBytes(area);
  }

  /// The body as JSON.
  json(): Json {
    return json.parse(this.text());
  }

  /// The first header of this name, in any case, or null.
  header(name: string): string | null {
    if (!this.ask()) return null;
    const n = lowerText(name);
    host.httpHeader(this.id, at(n), size(n), area);
    return liftMaybeText(area);
  }

  /// All headers in the order received.
  headers(): Pair[] {
    if (!this.ask()) return [];
    host.httpHeaders(this.id, area);
    return liftPairs(area);
  }

  /// Where the time went.
  timings(): Timings {
    const timings = new Timings();
    if (this.ask()) host.httpGetTimings(this.id, changetype<usize>(timings));
    return timings;
  }

  /// The address and port that answered.
  remoteAddress(): string {
    if (!this.ask()) return "";
    host.httpRemoteAddress(this.id, area);
    return liftText(area);
  }

  /// The URL that answered, after redirects.
  url(): string {
    if (!this.ask()) return "";
    host.httpFinalUrl(this.id, area);
    return liftText(area);
  }

  /// Counts this response as a success, whatever its status.
  pass(): void {
    if (this.ask()) host.httpPass(this.id);
  }

  /// Counts this response as a failure with this message.
  fail(message: string): void {
    if (!this.ask()) return;
    const text = lowerText(message);
    host.httpFail(this.id, at(text), size(text));
  }

  /// Begins a question to the host, if it has the response.
  private ask(): bool {
    begin();
    return this.error == "";
  }

  private bodyText(): string {
    host.httpBody(this.id, area);
    return liftText(area);
  }
}

export namespace http {
  export function get(url: string): Request {
    return new Request("GET", url);
  }

  export function post(url: string): Request {
    return new Request("POST", url);
  }

  export function put(url: string): Request {
    return new Request("PUT", url);
  }

  export function patch(url: string): Request {
    return new Request("PATCH", url);
  }

  export function del(url: string): Request {
    return new Request("DELETE", url);
  }

  export function head(url: string): Request {
    return new Request("HEAD", url);
  }

  export function request(method: string, url: string): Request {
    return new Request(method, url);
  }

  /// Hands over a body that many requests send, so that it crosses into the host once per VU: do it at the VU's
  /// start. Equal bodies are kept once for the whole run. A VU can share 64; the different ones of a run have at
  /// most 256 MiB.
  export function share(bytes: Uint8Array): SharedBody {
    begin();
    host.httpShareBody(bytes.dataStart, bytes.byteLength, area);
    if (load<u8>(area) == 0) return new SharedBody(load<u64>(area, 8), "");
    return new SharedBody(OWN_BODY, `share a body: ${CAUSES[load<u8>(area, 8)]}: ${why(0)}`);
  }

  /// Sends all requests at once (at most 64) and waits for all. The responses are in their order.
  export function sendAll(requests: Request[]): Response[] {
    begin();
    const list = reserve(requests.length * REQUEST_SIZE);
    for (let i = 0; i < requests.length; i++) requests[i].lowerInto(list + i * REQUEST_SIZE);
    const bodies = reserve(requests.length * 8);
    for (let i = 0; i < requests.length; i++) store<u64>(bodies + i * 8, requests[i].bodyNumber);
    useJars(requests);
    host.httpSendAllShared(list, requests.length, bodies, requests.length, area);
    const results = load<usize>(area);
    const responses = new Array<Response>(requests.length);
    for (let i = 0; i < requests.length; i++) responses[i] = requests[i].lift(results + i * RESULT_SIZE, i);
    return responses;
  }
}

/// In the order of the contract's `error-code`.
const CAUSES: string[] = [
  "invalid-url", "invalid-request", "host-not-allowed", "dns", "connection-refused", "connect", "tls", "certificate",
  "timeout", "connection-closed", "protocol", "response-too-large", "decode", "too-many-redirects", "proxy",
  "exhausted", "interrupted",
];
