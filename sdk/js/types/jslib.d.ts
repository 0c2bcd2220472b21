// Types of those of k6's libraries that are built in. A version may be given as in k6.

declare module "https://jslib.k6.io/k6-utils/*" {
  export function uuidv4(secure?: boolean): string;
  export function randomIntBetween(min: number, max: number): number;
  export function randomItem<T>(list: readonly T[]): T;
  export function randomString(length: number, characters?: string): string;
  export function findBetween(content: string, left: string, right: string): string | null;
  export function findBetween(content: string, left: string, right: string, repeat: true): string[];
  export function check<T>(
    value: T | Promise<T>,
    conditions: Record<string, boolean | ((value: T) => unknown)>,
    tags?: Record<string, string>,
  ): Promise<boolean>;
}

declare module "https://jslib.k6.io/formdata/*" {
  export class FormData {
    readonly boundary: string;
    append(name: string, value: unknown): void;
    body(): ArrayBuffer;
  }
}

declare module "https://jslib.k6.io/papaparse/*" {
  interface Settings {
    header?: boolean;
    delimiter?: string;
    quoteChar?: string;
    skipEmptyLines?: boolean | "greedy";
    dynamicTyping?: boolean;
    comments?: boolean | string;
    newline?: string;
  }
  export function parse<T = any>(text: string, settings?: Settings): { data: T[] };
  const papaparse: { parse: typeof parse };
  export default papaparse;
}

declare module "https://jslib.k6.io/url/*" {
  export class URLSearchParams implements Iterable<[string, string]> {
    constructor(init?: string | Record<string, string> | Iterable<[string, string]>);
    append(name: string, value: string): void;
    delete(name: string): void;
    get(name: string): string | null;
    getAll(name: string): string[];
    has(name: string): boolean;
    set(name: string, value: string): void;
    sort(): void;
    forEach(callback: (value: string, name: string, all: URLSearchParams) => void): void;
    keys(): IterableIterator<string>;
    values(): IterableIterator<string>;
    entries(): IterableIterator<[string, string]>;
    [Symbol.iterator](): IterableIterator<[string, string]>;
    toString(): string;
  }
  /** An absolute http or https address. */
  export class URL {
    constructor(url: string, base?: string);
    protocol: string;
    username: string;
    password: string;
    hostname: string;
    port: string;
    pathname: string;
    search: string;
    hash: string;
    readonly host: string;
    readonly origin: string;
    readonly href: string;
    readonly searchParams: URLSearchParams;
    toString(): string;
  }
}
