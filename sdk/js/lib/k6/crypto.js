// `k6/crypto`: hashes, HMAC and random bytes.

import {
  base64,
  hash,
  hex,
  hmac as hostHmac,
  randomBytes as hostRandomBytes,
} from "wasmswarm:native";
import { bytesOf } from "../internal/text.js";

const ALGORITHMS = [
  "md4",
  "md5",
  "sha1",
  "sha256",
  "sha384",
  "sha512",
  "sha512_224",
  "sha512_256",
  "ripemd160",
];

const ENCODINGS = {
  hex,
  base64: (bytes) => base64(bytes, false, true),
  base64url: (bytes) => base64(bytes, true, true),
  base64rawurl: (bytes) => base64(bytes, true, false),
  binary: (bytes) => bytes,
};

function encoded(bytes, encoding) {
  const encode = ENCODINGS[encoding];
  if (encode === undefined) {
    throw new TypeError(
      `k6/crypto: "${encoding}" must be one of ${Object.keys(ENCODINGS).join(", ")}`,
    );
  }
  return encode(bytes);
}

function known(algorithm) {
  if (ALGORITHMS.includes(algorithm)) return algorithm;
  throw new TypeError(`k6/crypto: "${algorithm}" must be one of ${ALGORITHMS.join(", ")}`);
}

/** Gathers what is hashed, and hashes it at the end. */
class Hasher {
  constructor(finish) {
    this._finish = finish;
    this._parts = [];
  }

  update(input) {
    this._parts.push(new Uint8Array(bytesOf(input, "update")));
    return this;
  }

  digest(encoding) {
    const size = this._parts.reduce((sum, part) => sum + part.length, 0);
    const whole = new Uint8Array(size);
    let at = 0;
    for (const part of this._parts) {
      whole.set(part, at);
      at += part.length;
    }
    return encoded(this._finish(whole.buffer), encoding);
  }
}

export function createHash(algorithm) {
  known(algorithm);
  return new Hasher((bytes) => hash(algorithm, bytes));
}

export function createHMAC(algorithm, secret) {
  known(algorithm);
  const key = bytesOf(secret, "createHMAC");
  return new Hasher((bytes) => hostHmac(algorithm, key, bytes));
}

export function hmac(algorithm, secret, data, encoding) {
  return createHMAC(algorithm, secret).update(data).digest(encoding);
}

function hashed(algorithm, input, encoding) {
  return encoded(hash(algorithm, bytesOf(input, algorithm)), encoding);
}

export const md4 = (input, encoding) => hashed("md4", input, encoding);
export const md5 = (input, encoding) => hashed("md5", input, encoding);
export const sha1 = (input, encoding) => hashed("sha1", input, encoding);
export const sha256 = (input, encoding) => hashed("sha256", input, encoding);
export const sha384 = (input, encoding) => hashed("sha384", input, encoding);
export const sha512 = (input, encoding) => hashed("sha512", input, encoding);
export const sha512_224 = (input, encoding) => hashed("sha512_224", input, encoding);
export const sha512_256 = (input, encoding) => hashed("sha512_256", input, encoding);
export const ripemd160 = (input, encoding) => hashed("ripemd160", input, encoding);

export function hexEncode(input) {
  return hex(bytesOf(input, "hexEncode"));
}

/** Bytes from the VU's own generator, which the run's seed determines: not for secrets. */
export function randomBytes(count) {
  if (!Number.isInteger(count) || count < 1)
    throw new TypeError(`randomBytes: ${count} isn't a number of bytes`);
  return hostRandomBytes(count);
}

export default {
  createHash,
  createHMAC,
  hmac,
  md4,
  md5,
  sha1,
  sha256,
  sha384,
  sha512,
  sha512_224,
  sha512_256,
  ripemd160,
  hexEncode,
  randomBytes,
};
