// Load scenarios for wasmswarm in AssemblyScript: `import { http, check } from "wasmswarm";`. See README.md.

// Only named by options of the compiler: what `console`, `throw`, `trace` and `Math.random` come to.
import "./output";

export { check, Identity, params, vu } from "./vu";
export { Cookie, cookies, Jar, newJar, noCookies } from "./cookies";
export { data, Row } from "./data";
export { http, Request, Response, SharedBody, Timings } from "./http";
export { Json, json } from "./json";
export { Counter, Gauge, Rate, recordRequest, Trend } from "./metrics";
export { Pair } from "./memory";
export { shared } from "./shared";
export {
  fail, Moment, next, plugin, Scenario, scenarioData, setupData, stopUser, Target, Wait,
} from "./scenario";
