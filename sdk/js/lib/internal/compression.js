// Compressed bodies of requests, as k6's `compression` asks for them.

import { compress } from "wasmswarm:native";

const ENCODINGS = ["gzip", "deflate", "zstd", "br"];

/** The encodings that a text such as `"gzip"` or `"deflate, br"` names. */
export function encodingsOf(text) {
  const names = String(text)
    .split(",")
    .map((name) => name.trim().toLowerCase());
  const unknown = names.find((name) => !ENCODINGS.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `compression: unknown algorithm "${unknown}"; there are ${ENCODINGS.join(", ")}`,
    );
  }
  return names;
}

/** A text or bytes, compressed by one after the other. */
export function compressed(body, encodings) {
  return encodings.reduce((bytes, encoding) => compress(bytes, encoding), body);
}
