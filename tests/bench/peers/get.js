// k6 doing the benchmark's work. THINK_MS adds a pause after each request.
import http from "k6/http";
import { sleep } from "k6";

export const options = { discardResponseBodies: true };
const think = Number(__ENV.THINK_MS || 0) / 1000;

export default function () {
  http.get(__ENV.TARGET);
  if (think > 0) sleep(think);
}
