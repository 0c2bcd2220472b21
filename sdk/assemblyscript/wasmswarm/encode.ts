// Encodings of text in requests: queries and forms, and basic authentication.

import { Pair } from "./memory";

const HEX = "0123456789ABCDEF";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Pairs as a form's body (WHATWG URL, "application/x-www-form-urlencoded serializing").
export function encodeForm(pairs: Pair[]): string {
  let text = "";
  for (let i = 0; i < pairs.length; i++) {
    if (i > 0) text += "&";
    text += encodePart(pairs[i][0]) + "=" + encodePart(pairs[i][1]);
  }
  return text;
}

/// The value of an `authorization` header (RFC 7617).
export function encodeBasic(user: string, password: string): string {
  const bytes = Uint8Array.wrap(String.UTF8.encode(user + ":" + password));
  let text = "Basic ";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const bits = <u32>bytes[i] << 16 | (left > 1 ? <u32>bytes[i + 1] << 8 : 0) | (left > 2 ? <u32>bytes[i + 2] : 0);
    for (let place = 0; place < 4; place++) {
      text += place > left ? "=" : BASE64.charAt(bits >> (18 - 6 * place) & 63);
    }
  }
  return text;
}

function encodePart(plain: string): string {
  const bytes = Uint8Array.wrap(String.UTF8.encode(plain));
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte == 0x20) text += "+";
    else if (isSafe(byte)) text += String.fromCharCode(byte);
    else text += "%" + HEX.charAt(byte >> 4) + HEX.charAt(byte & 15);
  }
  return text;
}

/// Letters, digits, and `*-._`.
function isSafe(byte: u8): bool {
  const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  return isLetter || (byte >= 0x30 && byte <= 0x39) || byte == 0x2a || byte == 0x2d || byte == 0x2e || byte == 0x5f;
}
