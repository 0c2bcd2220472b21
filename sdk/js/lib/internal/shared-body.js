// Bodies that many requests send. Each crosses to the host once for a virtual user, and equal ones are kept once for the run.

import { shareBody } from "wasmswarm:native";
import { kindOf, sendable } from "./text.js";

/** A body that can be the body of any request. It may be made at the top level, where there is no host yet. */
export class SharedBody {
  constructor(body) {
    this.bytes = sendable(body);
    if (this.bytes === undefined) {
      throw new TypeError(`http.share: a string or an ArrayBuffer is needed, not ${kindOf(body)}`);
    }
    /** What the host calls it; null if it has no room for it. */
    this._number = undefined;
  }

  /** The number under which the host has it, or undefined: then the request carries the bytes itself. */
  number() {
    if (this._number === undefined) this._number = shareBody(this.bytes) ?? null;
    return this._number ?? undefined;
  }
}
