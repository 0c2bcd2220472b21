// A script's options, as the host takes them from a plugin.

import { refusal } from "./state.js";

/** Options of k6 that the library honours by itself, and those that change nothing here. */
const DONE = [
  "discardResponseBodies",
  "maxRedirects",
  "userAgent",
  "throw",
  "batch",
  "minIterationDuration",
  "noCookiesReset",
  "noUsageReport",
];

/** Options that are the operator's to say, and what they pass instead. */
const OF_OPERATOR = {
  batchPerHost: "all requests of a batch are sent at once",
  blacklistIPs: "nothing is reached but `--host` and `--allow-host`",
  blockHostnames: "nothing is reached but `--host` and `--allow-host`",
  cloud: "there is no cloud",
  dns: "pass `--resolve NAME=ADDRESS` to give a name another address",
  ext: "there are no extensions",
  hosts: "pass `--resolve NAME=ADDRESS`",
  httpDebug: "pass `--verbose`",
  insecureSkipTLSVerify: "pass `--insecure`",
  localIPs: "pass `--source-address ADDRESS`",
  noConnectionReuse: "pass `--no-keep-alive`",
  noVUConnectionReuse: "pass `--no-keep-alive`",
  noThresholds: "pass `--no-thresholds`",
  setupTimeout: "pass `--setup-timeout TIME`",
  teardownTimeout: "pass `--teardown-timeout TIME`",
  summaryTrendStats: "the summary has avg, min, p50, p90, p95, p99, p99.9 and max",
  summaryTimeUnit: "times are shown in the unit that fits them",
  systemTags: "series are always kept by name, method, status and scenario",
  tlsAuth: "pass `--cert FILE` and `--key FILE`",
  tlsCipherSuites: "cipher suites are chosen by the TLS library",
  tlsVersion: "TLS 1.2 and 1.3 are spoken",
};

/** Keys that hold a time. */
const TIMES = [
  "duration",
  "startTime",
  "gracefulStop",
  "gracefulRampDown",
  "maxDuration",
  "timeUnit",
  "delayAbortEval",
];

/** The JSON text of what a plugin may suggest; `warn` gets a line for each option that is left out. */
export function suggested(options, warn) {
  if (options === undefined || options === null) return "";
  const kept = {};
  for (const key in options) {
    if (key in OF_OPERATOR) warn(`options.${key} of the script isn't taken: ${OF_OPERATOR[key]}`);
    else if (!DONE.includes(key) && options[key] !== undefined && options[key] !== null)
      kept[key] = options[key];
  }
  if (kept.scenarios !== undefined) kept.scenarios = scenariosOf(kept.scenarios);
  if (kept.rps === 0) delete kept.rps;
  return Object.keys(kept).length > 0 ? JSON.stringify(kept, withUnit) : "";
}

/** k6's scenarios run the default function unless they name another one. Their `env` is the library's business. */
function scenariosOf(scenarios) {
  const all = {};
  for (const name in scenarios) {
    const { env, options, ...own } = scenarios[name];
    if (options?.browser) {
      throw refusal(
        `options.scenarios.${name}.options.browser isn't supported: there is no browser here`,
      );
    }
    all[name] = own;
  }
  return all;
}

/** To k6 a bare number is a time in milliseconds. */
function withUnit(key, value) {
  return typeof value === "number" && TIMES.includes(key) ? `${value}ms` : value;
}
