// What scripts find without importing it.

/** Parameters, `-e NAME=value`. What the top level reads is fixed when the script is built. */
declare const __ENV: Record<string, string>;
/** Number of the virtual user, from 1. */
declare const __VU: number;
/** Number of the virtual user's iteration, from 0. */
declare const __ITER: number;

/** A file beside the script, as text; only at the top level. */
declare function open(path: string): string;
declare function open(path: string, mode: "b"): ArrayBuffer;

declare var console: Record<
  "log" | "debug" | "info" | "warn" | "error",
  (...parts: unknown[]) => void
>;

declare function setTimeout(
  callback: (...args: any[]) => void,
  milliseconds?: number,
  ...args: any[]
): number;
declare function setInterval(
  callback: (...args: any[]) => void,
  milliseconds?: number,
  ...args: any[]
): number;
declare function clearTimeout(id: number): void;
declare function clearInterval(id: number): void;

declare var crypto: {
  randomUUID(): string;
  getRandomValues<T extends ArrayBufferView>(array: T): T;
};

declare class TextEncoder {
  readonly encoding: "utf-8";
  encode(input?: string): Uint8Array;
}

declare class TextDecoder {
  constructor(label?: "utf-8");
  readonly encoding: "utf-8";
  decode(input?: ArrayBuffer | ArrayBufferView): string;
}
