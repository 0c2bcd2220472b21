// Types of the module `wasmswarm`, and of k6's modules, which it can also run.

/// <reference path="./globals.d.ts" />
/// <reference path="./k6.d.ts" />
/// <reference path="./k6-http.d.ts" />
/// <reference path="./jslib.d.ts" />

type Tags = Record<string, string | number | boolean>;

// Scenarios

/** The base of all scenarios. One object is one virtual user; its fields are that user's memory. */
export declare class User {
  /** A share of the virtual users, in proportion to the other scenarios' weights. 1 if it is left out. */
  static weight?: number;
  /** Exactly this many virtual users, instead of a weight. */
  static fixed?: number;
  /** How the next task is chosen: by weight (`random`), or in the order of the list. */
  static order?: "random" | "sequential";
  /** The pause between two tasks. None if it is left out. */
  static wait?: Wait;
  /** The tasks: names of methods, or `task(3, "browse")`. */
  static tasks: readonly (string | Task)[];
  /** The scenario's name, if it isn't the class's. */
  static scenarioName?: string;
  /** Runs once per run, before any of its virtual users; what it returns is the second argument of `onStart`. */
  static setup?(data: any): unknown;
  /** Runs once per run, at its end, with what `setup` returned. */
  static teardown?(own: any): unknown;

  /** Begins this user's life. `data` is what the script's `setup` returned, `own` what the class's did. */
  onStart?(data: any, own: any): unknown;
  /** Ends it. */
  onStop?(): unknown;
}

/** A task of a scenario. */
export interface Task {
  readonly weight: number;
  readonly method: string;
  readonly name: string;
  readonly tags: readonly string[];
}

export interface TaskOptions {
  /** Its name in the results, if it isn't the method's. */
  name?: string;
  /** Labels by which an operator picks tasks. Those of the form `key=value` are also tags of all that it records. */
  tags?: string[];
}

/** A method that runs this often, compared to the others. 0: only when `next` names it. */
export declare function task<U extends User = any>(
  weight: number,
  method: NoInfer<keyof U & string>,
  options?: TaskOptions,
): Task;
/** A method with a weight of 1. */
export declare function task<U extends User = any>(
  method: NoInfer<keyof U & string>,
  options?: TaskOptions,
): Task;

/** A pause between two tasks. */
export interface Wait {
  readonly tag: string;
}

/** Always the same pause, in seconds. */
export declare function constant(seconds: number): Wait;
/** Evenly distributed between two bounds, in seconds. */
export declare function between(low: number, high: number): Wait;
/** Tasks start at least this many seconds apart. */
export declare function pacing(seconds: number): Wait;
/** At most this many tasks start per second and virtual user. */
export declare function throughput(rate: number): Wait;
/** As between independent events, with this mean in seconds. */
export declare function exponential(mean: number): Wait;

/** What a task may return. */
export interface Next {
  readonly task?: string;
  readonly wait?: number;
}

/** Decides what comes after a task: which one (by default the host picks), and after how many seconds. */
export declare function next(task?: string | null, options?: { wait?: number }): Next;

/** Decides how much load there is. Export a class that extends it. */
export declare abstract class LoadShape {
  /**
   * Called once a second with the seconds since the run began and the users that run now. It answers
   * how many users there are to be, or how many iterations start per second; null ends the run.
   */
  abstract tick(elapsed: number, users: number): Target | null;
}

export type Target =
  { users: number; spawnRate?: number; scenarios?: (string | typeof User)[] } | { rate: number };

// Requests

export interface RequestOptions {
  /** Groups requests in the results: `/users/{id}` for `/users/17`. */
  name?: string;
  headers?: Record<string, string | number>;
  /** Appended to the URL. */
  query?: Record<string, unknown>;
  /** A body: text or bytes, or one that `http.share` made. */
  body?: string | ArrayBuffer | ArrayBufferView | SharedBody;
  /** A body, as JSON. */
  json?: unknown;
  /** A body, as a form. */
  form?: Record<string, unknown>;
  /** Split the results further. */
  tags?: Tags;
  /** Of the whole exchange, in seconds. */
  timeout?: number;
  /** How many redirects are followed; false for none. */
  redirects?: number | boolean;
  /** Statuses that count as success, instead of 200 to 399: `404`, `[200, 404]`, `[[200, 299], 404]`. */
  expect?: number | (number | [number, number])[];
  /** Throws the body away as it comes, of any size and encoding: cheapest. */
  discard?: boolean;
  /** Another jar than the user's own, for this request. */
  jar?: Jar;
}

/** A body that many requests send: see `http.share`. */
export interface SharedBody {
  readonly bytes: string | ArrayBuffer | ArrayBufferView;
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  /** Seconds since 1970; 0: as long as the jar lives. */
  readonly expires: number;
  readonly secure: boolean;
  readonly http_only: boolean;
}

/** Cookies that the host keeps. URLs are absolute, or relative to the run's host. */
export interface Jar {
  /** What a request to this URL carries, in that order. */
  matching(url: string): Cookie[];
  /** The value of the first cookie of this name that a request to this URL carries. */
  get(url: string, name: string): string | undefined;
  /** All that haven't expired. */
  all(): Cookie[];
  /** Takes in a text as of a `Set-Cookie` header of this URL. False if it is ignored there. */
  set(url: string, text: string): boolean;
  /** Removes the cookies of this name that a request to this URL carries; how many these were. */
  delete(url: string, name: string): number;
  /** Removes all. */
  clear(): void;
}

/** The user's own cookies. */
export declare const cookies: Jar & { readonly Jar: new () => Jar };

export declare const http: {
  get(url: string, options?: RequestOptions): Response;
  head(url: string, options?: RequestOptions): Response;
  post(url: string, options?: RequestOptions): Response;
  put(url: string, options?: RequestOptions): Response;
  patch(url: string, options?: RequestOptions): Response;
  delete(url: string, options?: RequestOptions): Response;
  request(method: string, url: string, options?: RequestOptions): Response;
  /**
   * A body that many requests send. It crosses to the host once for a virtual user, and equal ones are kept once for the
   * whole run. Best made at the top level. Where the host has no room for it (64 of a virtual user, 256 MiB of a run),
   * each request carries it as usual.
   */
  share(body: string | ArrayBuffer | ArrayBufferView): SharedBody;
  /** Sends all at once (at most 64) and waits for all. */
  all(requests: (string | (RequestOptions & { url: string; method?: string }))[]): Response[];
};

/**
 * A response. What is asked of it can be asked until the function that the run called returns, or 64
 * newer ones exist. Without a response (see `error`) the status is 0, and reading its body throws.
 */
export interface Response {
  /** 0 if there is no response. */
  readonly status: number;
  /** Whether the status was one of the expected ones. */
  readonly ok: boolean;
  /** Why there is no response: `connection-refused`, `timeout` and so on; else empty. */
  readonly error: string;
  /** Time of the exchange in milliseconds. */
  readonly duration: number;
  /** Where the time went, in milliseconds. */
  readonly timings: Timings;
  /** All headers, written as `Content-Type`. */
  readonly headers: Record<string, string>;
  /** The URL that answered, after redirects. */
  readonly url: string;
  readonly remote_ip: string;
  readonly remote_port: number;
  text(): string;
  bytes(): ArrayBuffer;
  /** The body's JSON, or what a path such as `items.0.name` finds in it. */
  json<T = any>(path?: string): T;
  /** The first header of this name, in any case. */
  header(name: string): string | undefined;
  /** Counts it as a success, whatever its status. */
  pass(): void;
  /** Counts it as a failure with this message. */
  fail(message: string): void;
  /** Returns it if it counts as a success, and throws otherwise. */
  orThrow(): Response;
}

export interface Timings {
  readonly duration: number;
  readonly blocked: number;
  readonly looking_up: number;
  readonly connecting: number;
  readonly tls_handshaking: number;
  readonly sending: number;
  readonly waiting: number;
  readonly receiving: number;
}

// Measuring

/** Counts one pass or failure under this name, and returns whether it passed. */
export declare function check(name: string, passed: boolean, tags?: Tags): boolean;
/** Runs a function as a group: what is recorded inside has its tag, and its time is measured. */
export declare function group<T>(name: string, run: () => T): T;

declare class Metric {
  constructor(name: string);
  readonly name: string;
  add(value: number | boolean, tags?: Tags): boolean;
}

/** Adds its values up. */
export declare class Counter extends Metric {}
/** Keeps the last value, the smallest and the largest. */
export declare class Gauge extends Metric {}
/** The share of values that aren't 0. */
export declare class Rate extends Metric {}
/** The distribution of its values. */
export declare class Trend extends Metric {}

/** Counts an exchange in another protocol as a request. The duration is in seconds. */
export declare function recordRequest(request: {
  protocol: string;
  name: string;
  duration: number;
  bytesReceived?: number;
  error?: string;
}): void;

export declare const log: Record<
  "debug" | "info" | "warn" | "error",
  (...parts: unknown[]) => void
>;

// The virtual user and what it is given

export declare const vu: {
  /** Its number in the run, from 1. */
  readonly id: number;
  readonly scenario: string;
  /** Iterations that it has begun, the running one included. */
  readonly iteration: number;
  /** Number of the running iteration in its scenario of the whole run, from 0. */
  readonly iterationIndex: number;
  /** Sets a tag on everything that it records from now on; undefined removes it. */
  setTag(key: string, value: string | number | boolean | undefined): void;
  /** Ends it after the running task. */
  stop(): void;
  /** Ends the whole run for this reason. */
  abort(reason?: string): never;
  /** A number in [0, 1) that the run's seed determines, as `Math.random` gives it. */
  random(): number;
  /** Seconds since the run began. */
  now(): number;
};

/** Pauses for this many seconds inside of a task. */
export declare function sleep(seconds: number): void;

/** What the operator passed with `-e NAME=value`. What the top level reads is fixed when the script is built. */
export declare const params: {
  get(name: string): string | undefined;
  get(name: string, otherwise: string): string;
  all(): Record<string, string>;
};

export type Row = Record<string, string>;

/** Rows of files that the operator granted with `--data NAME=FILE`. */
export declare const data: {
  /** The row of this iteration; begins again after the last. */
  row<R = Row>(
    name: string,
    options?: { pick?: "sequential" | "shuffled" | "random" | "per-vu" },
  ): R;
  /** The row of this iteration, which no other iteration of the scenario gets. */
  unique<R = Row>(name: string): R;
  /** The row of this virtual user, which no other one gets. */
  uniquePerVu<R = Row>(name: string): R;
  /** The row of this number, from 0. */
  get<R = Row>(name: string, index: number): R;
  count(name: string): number;
};

export declare class DataError extends Error {
  readonly code: "not-granted" | "exhausted";
}

/** State that all virtual users of a run share. Values travel as JSON. */
export declare const shared: {
  /** Adds to a counter, 1 if nothing else is said, and returns its new value. */
  add(name: string, delta?: number): number;
  total(name: string): number;
  /** Puts a value at the end of a queue. */
  push(name: string, value: unknown): void;
  /** Takes the value at the front of a queue; undefined if it is empty. */
  pop<T = any>(name: string): T | undefined;
  length(name: string): number;
  write(key: string, value: unknown): void;
  read<T = any>(key: string): T | undefined;
  remove(key: string): boolean;
  /** Sets a key only if it has no value. Returns whether it did. */
  writeNew(key: string, value: unknown): boolean;
  /** Sets a key only if it has the expected value. Returns whether it did. */
  compareAndSet(key: string, expected: unknown, value: unknown): boolean;
};
