// Bodies of several parts: forms with files.

import { bytesOf } from "./text.js";

export class FileData {
  constructor(data, filename, contentType) {
    this.data = data;
    this.filename = filename ?? `${Date.now()}`;
    this.content_type = contentType ?? "application/octet-stream";
  }
}

export function hasFiles(object) {
  for (const key in object) if (isFile(object[key])) return true;
  return false;
}

function isFile(value) {
  return Array.isArray(value) ? value.some(isFile) : value instanceof FileData;
}

export function newBoundary() {
  let digits = "";
  while (digits.length < 24) digits += Math.floor(Math.random() * 36).toString(36);
  return `------------------------${digits}`;
}

/** The body of an object with files among its values. */
export function bodyWithFiles(object) {
  const parts = [];
  for (const name in object) {
    const values = Array.isArray(object[name]) ? object[name] : [object[name]];
    for (const value of values) parts.push({ name, value });
  }
  const boundary = newBoundary();
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: joined(parts, boundary),
  };
}

/** All parts, with the boundary between them. */
export function joined(parts, boundary) {
  const pieces = [];
  for (const { name, value } of parts) {
    pieces.push(bytesOf(head(name, value, boundary)));
    pieces.push(
      bytesOf(value instanceof FileData ? value.data : String(value), `the part "${name}"`),
    );
    pieces.push(bytesOf("\r\n"));
  }
  pieces.push(bytesOf(`--${boundary}--\r\n`));
  return together(pieces);
}

function head(name, value, boundary) {
  const disposition = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`;
  if (!(value instanceof FileData)) return `${disposition}\r\n\r\n`;
  return `${disposition}; filename="${quoted(value.filename)}"\r\nContent-Type: ${value.content_type}\r\n\r\n`;
}

function quoted(text) {
  return String(text).replace(/["\r\n]/g, (c) => ({ '"': "%22", "\r": "%0D", "\n": "%0A" })[c]);
}

function together(pieces) {
  const size = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(new Uint8Array(piece), at);
    at += piece.byteLength;
  }
  return whole.buffer;
}
