// `https://jslib.k6.io/formdata/…`: bodies of several parts, put together one by one.

import { joined, newBoundary } from "../internal/multipart.js";

export class FormData {
  constructor() {
    this.boundary = newBoundary();
    this._parts = [];
  }

  /** Adds a field: text, or a file of `http.file`. */
  append(name, value) {
    this._parts.push({ name, value });
  }

  /** The body's bytes. Send them with the header `multipart/form-data; boundary=` and `boundary`. */
  body() {
    return joined(this._parts, this.boundary);
  }
}
