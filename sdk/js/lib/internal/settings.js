// Options of k6 that the library itself honours.

import { defaults } from "./k6-request.js";

export function applySettings(options) {
  if (options.discardResponseBodies) defaults.form = "none";
  if (options.userAgent !== undefined) defaults.userAgent = String(options.userAgent);
  if (options.throw) defaults.throws = true;
  // 0 is no limit, to k6.
  if (options.batch !== undefined && options.batch !== null)
    defaults.batch = Math.max(1, Number(options.batch) || Infinity);
}
