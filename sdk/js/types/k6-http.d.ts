// Types of `k6/http`, as far as it runs here.

declare module "k6/http" {
  export interface HttpURL {
    readonly url: string;
    readonly name: string;
  }
  export interface FileData {
    readonly data: string | ArrayBuffer;
    readonly filename: string;
    readonly content_type: string;
  }
  export interface ResponseCallback {}

  export type Address = string | HttpURL;
  export type Body =
    | string
    | ArrayBuffer
    | ArrayBufferView
    | import("wasmswarm").SharedBody
    | Record<string, unknown>
    | null
    | undefined;

  export interface Params {
    headers?: Record<string, string | number>;
    /** `name` groups URLs in the results. */
    tags?: Record<string, string | number | boolean>;
    cookies?: Record<string, string | { value: string; replace?: boolean }>;
    jar?: CookieJar;
    /** Milliseconds, or a text such as `"10s"`. */
    timeout?: number | string;
    /** How many redirects are followed. */
    redirects?: number;
    responseType?: "text" | "binary" | "none";
    responseCallback?: ResponseCallback | null;
    auth?: "basic";
    /** `"gzip"`, `"deflate"`, `"zstd"`, `"br"`, or several of them, separated by commas. */
    compression?: string;
    /** Throw if there is no response. */
    throw?: boolean;
  }

  export class CookieJar {
    set(url: string, name: string, value: string, options?: CookieOptions): boolean;
    cookiesForURL(url: string): Record<string, string[]>;
    clear(url: string): void;
    delete(url: string, name: string): void;
  }
  export interface CookieOptions {
    domain?: string;
    path?: string;
    expires?: string;
    max_age?: number;
    secure?: boolean;
    http_only?: boolean;
  }
  export interface ResponseCookie {
    readonly name: string;
    readonly value: string;
    readonly domain: string;
    readonly path: string;
    /** Milliseconds since 1970; 0 without a date. */
    readonly expires: number;
    readonly max_age: number;
    readonly http_only: boolean;
    readonly secure: boolean;
  }

  export interface Response {
    /** 0 if there is no response. */
    readonly status: number;
    readonly status_text: string;
    /** A string; an ArrayBuffer with the type `binary`; null without a response or with `none`. */
    readonly body: any;
    readonly headers: Record<string, string>;
    readonly cookies: Record<string, ResponseCookie[]>;
    readonly timings: {
      readonly duration: number;
      readonly blocked: number;
      readonly looking_up: number;
      readonly connecting: number;
      readonly tls_handshaking: number;
      readonly sending: number;
      readonly waiting: number;
      readonly receiving: number;
    };
    /** `HTTP/1.1` or `HTTP/2.0`. */
    readonly proto: string;
    /** `tls1.3` or `tls1.2`; empty without TLS. */
    readonly tls_version: string;
    readonly tls_cipher_suite: string;
    readonly error: string;
    readonly error_code: number;
    readonly url: string;
    readonly remote_ip: string;
    readonly remote_port: number;
    readonly request: {
      readonly method: string;
      readonly url: string;
      readonly headers: Record<string, string[]>;
      readonly body: any;
    };
    /** The body's JSON, or what a path such as `items.0.name` finds in it. */
    json(path?: string): any;
  }

  // Names that k6's own types have.
  export type ResponseType = "text" | "binary" | "none";
  export type ResponseBody = string | ArrayBuffer | null;
  export type RequestBody = Body;
  export type StructuredRequestBody = Record<string, unknown>;
  export type RefinedParams<_ extends ResponseType | undefined = undefined> = Params;
  export type RefinedResponse<_ extends ResponseType | undefined = undefined> = Response;

  export type BatchRequest =
    | Address
    | [method: string, url: Address, body?: Body, params?: Params | null]
    | { method?: string; url: Address; body?: Body; params?: Params | null };

  export function get(url: Address, params?: Params | null): Response;
  export function head(url: Address, params?: Params | null): Response;
  export function post(url: Address, body?: Body, params?: Params | null): Response;
  export function put(url: Address, body?: Body, params?: Params | null): Response;
  export function patch(url: Address, body?: Body, params?: Params | null): Response;
  export function del(url: Address, body?: Body, params?: Params | null): Response;
  export function options(url: Address, body?: Body, params?: Params | null): Response;
  export function request(
    method: string,
    url: Address,
    body?: Body,
    params?: Params | null,
  ): Response;
  export function asyncRequest(
    method: string,
    url: Address,
    body?: Body,
    params?: Params | null,
  ): Promise<Response>;
  export function batch(requests: BatchRequest[]): Response[];
  export function batch<K extends string>(requests: Record<K, BatchRequest>): Record<K, Response>;
  export function expectedStatuses(
    ...statuses: (number | { min: number; max: number })[]
  ): ResponseCallback;
  export function setResponseCallback(callback: ResponseCallback | null): void;
  export function url(strings: TemplateStringsArray, ...values: unknown[]): HttpURL;
  export function file(
    data: string | ArrayBuffer,
    filename?: string,
    contentType?: string,
  ): FileData;
  export function cookieJar(): CookieJar;

  const http: {
    get: typeof get;
    head: typeof head;
    post: typeof post;
    put: typeof put;
    patch: typeof patch;
    del: typeof del;
    options: typeof options;
    request: typeof request;
    asyncRequest: typeof asyncRequest;
    batch: typeof batch;
    expectedStatuses: typeof expectedStatuses;
    setResponseCallback: typeof setResponseCallback;
    url: typeof url;
    file: typeof file;
    cookieJar: typeof cookieJar;
    CookieJar: typeof CookieJar;
  };
  export default http;
}
