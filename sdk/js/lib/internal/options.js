// A script's options, as the host takes them from a plugin.

import { refusal } from "./state.js";
import { kindOf } from "./text.js";

/** Options of k6 that the library honours by itself, and those that change nothing here. */
const DONE = [
  "discardResponseBodies",
  "userAgent",
  "throw",
  "batch",
  "minIterationDuration",
  "noCookiesReset",
  "noUsageReport",
  "noThresholds",
  "cloud",
  "ext",
];

/** Options that change what is shown, not what comes of the run, and what there is instead. */
const SHOWN = {
  httpDebug: "pass `--verbose`",
  summaryTrendStats: "the summary has avg, min, p50, p90, p95, p99, p99.9 and max",
  summaryTimeUnit: "times are shown in the unit that fits them",
  systemTags: "series are always kept by name, method, status and scenario",
  tlsCipherSuites: "cipher suites are chosen by the TLS library",
};

/**
 * Options of k6 that the host has under other names. Those that only the operator may grant are asked for: the run stops
 * where it would need them, and names the flag.
 */
const RENAMED = {
  maxRedirects: (count) => ({ max_redirects: count }),
  batchPerHost: (count) => ({ parallel_per_host: count }),
  noConnectionReuse: (is) => ({ no_keep_alive: !!is }),
  noVUConnectionReuse: (is) => ({ reset_connections: !!is }),
  setupTimeout: (time) => ({ setup_timeout: time }),
  teardownTimeout: (time) => ({ teardown_timeout: time }),
  insecureSkipTLSVerify: (is) => ({ insecure: !!is }),
  hosts: (hosts) => ({ resolve: hosts }),
  blacklistIPs: (ranges) => ({ block_ip: ranges }),
  blockHostnames: (patterns) => ({ block_host: patterns }),
  localIPs: (addresses) => ({ source_address: String(addresses).split(",").slice(0, 1) }),
  tlsAuth: (list) => (list.length > 0 ? { cert: "tlsAuth", key: "tlsAuth" } : {}),
  tlsVersion: (versions) => ({ tls_version: tlsVersionsOf(versions) }),
  dns: dnsOf,
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
  "setup_timeout",
  "teardown_timeout",
  "dns_ttl",
];

/** The JSON text of what a plugin may suggest; `warn` gets a line for each option that is left out. */
export function suggested(options, warn) {
  if (options === undefined || options === null) return "";
  const kept = {};
  for (const key in options) {
    const value = options[key];
    if (value === undefined || value === null || DONE.includes(key)) continue;
    if (key in SHOWN) warn(`options.${key} of the script isn't taken: ${SHOWN[key]}`);
    else if (key in RENAMED) Object.assign(kept, RENAMED[key](value));
    else kept[key] = value;
  }
  if (options.noThresholds) delete kept.thresholds;
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

/** `tls1.2`, or `{ min: "tls1.0", max: "tls1.2" }`, as the host's range `1.2-1.2`. */
function tlsVersionsOf(versions) {
  const of = (text, otherwise) => {
    if (text === undefined || text === null || text === "") return otherwise;
    const number = /^(?:tls)?1\.([0-3])$/.exec(text)?.[1] ?? (text === "ssl3.0" ? "0" : undefined);
    if (number === undefined)
      throw refusal(`options.tlsVersion: "${text}" isn't a version such as "tls1.2"`);
    return Number(number);
  };
  const { min, max } = typeof versions === "string" ? { min: versions, max: versions } : versions;
  const [low, high] = [Math.max(of(min, 2), 2), of(max, 3)];
  if (high < 2) {
    throw refusal(
      `options.tlsVersion allows TLS 1.${high} at most: only TLS 1.2 and 1.3 are spoken; raise \`max\``,
    );
  }
  if (low > high) throw refusal("options.tlsVersion: `min` is above `max`");
  return `1.${low}-1.${high}`;
}

/** k6's `dns`. Which of a name's addresses is tried first (`select`) is the host's business: it tries them all. */
function dnsOf(given) {
  const dns =
    typeof given === "string"
      ? Object.fromEntries(given.split(",").map((part) => part.split("=")))
      : given;
  if (typeof dns !== "object") throw refusal(`options.dns must be an object, not ${kindOf(dns)}`);
  const kept = {};
  if (dns.ttl !== undefined && dns.ttl !== null) {
    // As long as a run can last.
    const bare = /^\d+$/.test(String(dns.ttl));
    kept.dns_ttl = dns.ttl === "inf" ? "8760h" : bare ? `${dns.ttl}ms` : dns.ttl;
  }
  if (dns.policy) {
    kept.dns_policy = String(dns.policy).replace(/IPv/, "-ipv").toLowerCase();
  }
  return kept;
}

/** To k6 a bare number is a time in milliseconds. */
function withUnit(key, value) {
  return typeof value === "number" && TIMES.includes(key) ? `${value}ms` : value;
}
