// What scripts find without importing it.

import { hex, randomBytes, readFile, text, utf8 } from "wasmswarm:native";
import { env } from "./env.js";
import { console } from "./log.js";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "./loop.js";
import { bytesOf } from "./text.js";
import { identity, onlyAtTopLevel, state } from "./state.js";

/** A file beside the script, read at build time: as text, or with `"b"` as bytes. */
function open(path, mode = "") {
  onlyAtTopLevel("open()");
  const bytes = readFile(path);
  return mode.includes("b") ? bytes : text(bytes);
}

const crypto = {
  getRandomValues(array) {
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(
      new Uint8Array(randomBytes(array.byteLength)),
    );
    return array;
  },
  randomUUID() {
    const bytes = new Uint8Array(randomBytes(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const digits = hex(bytes.buffer);
    return [0, 8, 12, 16, 20]
      .map((from, i) => digits.slice(from, [8, 12, 16, 20, 32][i]))
      .join("-");
  },
  get subtle() {
    throw new Error("crypto.subtle isn't supported: `k6/crypto` has hashes, HMAC and random bytes");
  },
};

class TextEncoder {
  get encoding() {
    return "utf-8";
  }

  encode(input = "") {
    return new Uint8Array(utf8(String(input)));
  }
}

class TextDecoder {
  constructor(label = "utf-8") {
    if (!/^utf-?8$/i.test(label))
      throw new RangeError(`TextDecoder: only utf-8 is supported, not ${label}`);
  }

  get encoding() {
    return "utf-8";
  }

  decode(input) {
    return input === undefined ? "" : text(bytesOf(input, "TextDecoder"));
  }
}

function define(name, value) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

function defineGetter(name, get) {
  Object.defineProperty(globalThis, name, { get, configurable: true });
}

export function installGlobals() {
  const timers = { setTimeout, setInterval, clearTimeout, clearInterval };
  const values = { console, open, crypto, TextEncoder, TextDecoder, ...timers };
  for (const name in values) define(name, values[name]);
  define("__ENV", env);
  defineGetter("__VU", () => (state.building ? 0 : identity().id));
  defineGetter("__ITER", () => (state.building ? 0 : Math.max(0, identity().iteration - 1)));
}
