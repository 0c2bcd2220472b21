// `k6/encoding`: base64.

import { base64, text, unbase64 } from "wasmswarm:native";
import { bytesOf } from "../internal/text.js";

/** `[url, padded]` of k6's variants. */
const VARIANTS = {
  std: [false, true],
  rawstd: [false, false],
  url: [true, true],
  rawurl: [true, false],
};

function variantOf(name) {
  const variant = VARIANTS[name];
  if (variant === undefined) {
    throw new TypeError(`base64: "${name}" must be one of ${Object.keys(VARIANTS).join(", ")}`);
  }
  return variant;
}

/** Base64 of a text or of bytes. */
export function b64encode(input, encoding = "std") {
  const [url, padded] = variantOf(encoding);
  return base64(bytesOf(input, "b64encode"), url, padded);
}

/** The bytes of a base64 text; with the format `"s"` as text. */
export function b64decode(input, encoding = "std", format = "b") {
  const [url] = variantOf(encoding);
  const bytes = unbase64(String(input), url);
  return format === "s" ? text(bytes) : bytes;
}

export default { b64encode, b64decode };
