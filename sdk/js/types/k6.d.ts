// Types of k6's modules, as far as they run here.

declare module "k6" {
  type Tags = Record<string, string | number | boolean>;

  /** Counts each of the conditions on a value; true if all hold. */
  export function check<T>(
    value: T,
    conditions: Record<string, boolean | ((value: T) => unknown)>,
    tags?: Tags,
  ): boolean;
  export function group<T>(name: string, run: () => T): T;
  /** Pauses for this many seconds. */
  export function sleep(seconds: number): void;
  /** Fails the iteration. */
  export function fail(message?: string): never;
  export function randomSeed(seed: number): void;

  const all: {
    check: typeof check;
    group: typeof group;
    sleep: typeof sleep;
    fail: typeof fail;
    randomSeed: typeof randomSeed;
  };
  export default all;
}

declare module "k6/metrics" {
  class Metric {
    constructor(name: string, isTime?: boolean);
    readonly name: string;
    add(value: number | boolean, tags?: Record<string, string | number | boolean>): boolean;
  }
  export class Counter extends Metric {}
  export class Gauge extends Metric {}
  export class Rate extends Metric {}
  export class Trend extends Metric {}
}

declare module "k6/data" {
  /** An array that is made once, at build time, and shared by all virtual users. */
  export const SharedArray: new <T>(name: string, make: () => T[]) => readonly T[];
}

declare module "k6/execution" {
  interface VirtualUser {
    readonly idInTest: number;
    readonly idInInstance: number;
    readonly iterationInScenario: number;
    readonly iterationInInstance: number;
    readonly tags: Record<string, string | number | boolean>;
    readonly metrics: { readonly tags: Record<string, string | number | boolean> };
  }
  export const vu: VirtualUser;
  export const scenario: {
    readonly name: string;
    readonly executor: string;
    readonly iterationInTest: number;
    readonly iterationInInstance: number;
  };
  export const instance: { readonly currentTestRunDuration: number };
  export const test: {
    /** Ends the run for this reason. */
    abort(reason?: string): never;
    /** Goes on, but the run ends with the exit code 110. */
    fail(reason?: string): void;
    readonly options: Record<string, any>;
  };
  const all: {
    vu: typeof vu;
    scenario: typeof scenario;
    instance: typeof instance;
    test: typeof test;
  };
  export default all;
}

declare module "k6/encoding" {
  type Variant = "std" | "rawstd" | "url" | "rawurl";
  export function b64encode(input: string | ArrayBuffer, encoding?: Variant): string;
  export function b64decode(input: string, encoding?: Variant): ArrayBuffer;
  export function b64decode(input: string, encoding: Variant | undefined, format: "s"): string;
  const all: { b64encode: typeof b64encode; b64decode: typeof b64decode };
  export default all;
}

declare module "k6/crypto" {
  type Input = string | ArrayBuffer | ArrayBufferView;
  type TextEncoding = "hex" | "base64" | "base64url" | "base64rawurl";
  type Algorithm =
    | "md4"
    | "md5"
    | "sha1"
    | "sha256"
    | "sha384"
    | "sha512"
    | "sha512_224"
    | "sha512_256"
    | "ripemd160";
  interface Hash {
    (input: Input, encoding: TextEncoding): string;
    (input: Input, encoding: "binary"): ArrayBuffer;
  }
  interface Hasher {
    update(input: Input): Hasher;
    digest(encoding: TextEncoding): string;
    digest(encoding: "binary"): ArrayBuffer;
  }
  export const md4: Hash;
  export const md5: Hash;
  export const sha1: Hash;
  export const sha256: Hash;
  export const sha384: Hash;
  export const sha512: Hash;
  export const sha512_224: Hash;
  export const sha512_256: Hash;
  export const ripemd160: Hash;
  export function createHash(algorithm: Algorithm): Hasher;
  export function createHMAC(algorithm: Algorithm, secret: Input): Hasher;
  export function hmac(
    algorithm: Algorithm,
    secret: Input,
    data: Input,
    encoding: TextEncoding,
  ): string;
  export function hmac(
    algorithm: Algorithm,
    secret: Input,
    data: Input,
    encoding: "binary",
  ): ArrayBuffer;
  export function hexEncode(input: Input): string;
  export function randomBytes(count: number): ArrayBuffer;
  const all: Record<Algorithm, Hash> & {
    createHash: typeof createHash;
    createHMAC: typeof createHMAC;
    hmac: typeof hmac;
    hexEncode: typeof hexEncode;
    randomBytes: typeof randomBytes;
  };
  export default all;
}

declare module "k6/timers" {
  const timers: {
    setTimeout: typeof globalThis.setTimeout;
    setInterval: typeof globalThis.setInterval;
    clearTimeout: typeof globalThis.clearTimeout;
    clearInterval: typeof globalThis.clearInterval;
  };
  export const { setTimeout, setInterval, clearTimeout, clearInterval }: typeof timers;
  export default timers;
}

declare module "k6/options" {
  type Duration = string | number;
  export interface Stage {
    duration: Duration;
    target: number;
  }
  export type Threshold =
    string | { threshold: string; abortOnFail?: boolean; delayAbortEval?: Duration };
  export interface Scenario {
    executor:
      | "shared-iterations"
      | "per-vu-iterations"
      | "constant-vus"
      | "ramping-vus"
      | "constant-arrival-rate"
      | "ramping-arrival-rate";
    exec?: string;
    env?: Record<string, string>;
    tags?: Record<string, string>;
    startTime?: Duration;
    gracefulStop?: Duration;
    vus?: number;
    iterations?: number;
    duration?: Duration;
    maxDuration?: Duration;
    startVUs?: number;
    gracefulRampDown?: Duration;
    stages?: Stage[];
    rate?: number;
    startRate?: number;
    timeUnit?: Duration;
    preAllocatedVUs?: number;
    maxVUs?: number;
  }
  /** What a script suggests; the operator's own options go before it. */
  export interface Options {
    vus?: number;
    duration?: Duration;
    iterations?: number;
    stages?: Stage[];
    scenarios?: Record<string, Scenario>;
    thresholds?: Record<string, Threshold | Threshold[]>;
    tags?: Record<string, string>;
    rps?: number;
    maxRedirects?: number;
    minIterationDuration?: Duration;
    discardResponseBodies?: boolean;
    userAgent?: string;
    throw?: boolean;
    batch?: number;
    [other: string]: unknown;
  }
}
