// From what a report carries to what its components show. A live page makes the same `Results` of snapshots.

import { distribution, running, times } from './code.js';

/** @typedef {import('./types.d.ts').Embedded} Embedded */
/** @typedef {import('./types.d.ts').Results} Results */
/** @typedef {import('./types.d.ts').Subject} Subject */
/** @typedef {import('./types.d.ts').Track} Track */
/** @typedef {import('./types.d.ts').Percentiles} Percentiles */

/** @type {import('./types.d.ts').Percentile[]} */
export const PERCENTILES = ['p50', 'p90', 'p95', 'p99', 'p999', 'max'];

/**
 * @param {Embedded} embedded
 * @returns {Results}
 */
export function fromReport(embedded) {
  const run = { ...embedded.history, red: embedded.history.red.map(Boolean) };
  /** @type {Map<number | null, Subject>} */
  const known = new Map();
  return {
    summary: embedded.summary,
    run,
    // Decoded when it is first looked at: of a thousand names, few are.
    subject(request) {
      const subject = known.get(request) ?? (request === null ? whole(embedded, run) : one(embedded, request));
      known.set(request, subject);
      return subject;
    },
  };
}

/**
 * @param {Embedded} embedded
 * @param {Track} run
 * @returns {Subject}
 */
function whole(embedded, run) {
  const service = distribution(embedded.service_times);
  const { duration, response } = embedded.summary.totals;
  return {
    label: 'All requests',
    row: null,
    track: run,
    service,
    response: embedded.response_times === undefined ? service : distribution(embedded.response_times),
    statuses: embedded.statuses,
    serviceTimes: duration,
    responseTimes: response,
  };
}

/**
 * @param {Embedded} embedded
 * @param {number} at
 * @returns {Subject}
 */
function one(embedded, at) {
  const row = embedded.summary.requests[at];
  const data = embedded.requests[at];
  const service = distribution(data.service_times);
  return {
    label: `${row.method} ${row.name}`,
    row,
    track: track(embedded, data),
    service,
    response: data.response_times === undefined ? service : distribution(data.response_times),
    statuses: data.statuses,
    serviceTimes: row.duration,
    responseTimes: row.response,
  };
}

/**
 * @param {Embedded} embedded
 * @param {Embedded['requests'][0]} data
 * @returns {Track | null}
 */
function track(embedded, data) {
  if (data.axis === undefined || !data.requests || !data.failures || !data.service) return null;
  const service = percentiles(data.service);
  return {
    ...embedded.axes[data.axis],
    requests: running(data.requests),
    failures: running(data.failures),
    service,
    response: data.response ? percentiles(data.response) : service,
  };
}

/**
 * @param {string[]} columns
 * @returns {Percentiles}
 */
function percentiles(columns) {
  return /** @type {Percentiles} */ (Object.fromEntries(PERCENTILES.map((name, at) => [name, times(columns[at])])));
}
