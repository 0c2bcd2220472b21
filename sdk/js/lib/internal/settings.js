// Options of k6 that the library itself honours.

import { defaults, redirectsOf } from "./k6-request.js";

export function applySettings(options) {
  if (options.discardResponseBodies) defaults.form = "none";
  if (options.maxRedirects !== undefined) defaults.redirects = redirectsOf(options.maxRedirects);
  if (options.userAgent !== undefined) defaults.userAgent = String(options.userAgent);
  if (options.throw) defaults.throws = true;
  if (options.batch !== undefined) defaults.batch = Math.max(1, Number(options.batch) || 1);
}
