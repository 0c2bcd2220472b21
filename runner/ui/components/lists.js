// What else a run has to tell: failures, errors, checks, iterations, custom metrics, phases, and what to know before
// trusting the rest.

import { format } from '../data/format.js';
import { html } from './html.js';
import { Table } from './table.js';

/** @typedef {import('../data/types.d.ts').Summary} Summary */

/**
 * @param {string} title
 * @param {(row: any) => string | number | null} value
 */
const words = (title, value) => ({ title, value });

/**
 * @param {string} title
 * @param {(row: any) => number | null} value
 * @param {(value: number | null) => string} [show]
 */
const number = (title, value, show = format.count) => ({ title, value, number: true, show: (/** @type {any} */ row) => show(value(row)) });

const FAILURES = [
  number('Count', (row) => row.count),
  words('Method', (row) => row.method),
  words('Name', (row) => row.name),
  words('Failure', (row) => row.message),
  words('In words', (row) => row.detail ?? ''),
];
const ERRORS = [
  number('Count', (row) => row.count),
  words('Scenario', (row) => row.scenario),
  words('Task', (row) => row.task),
  words('Message', (row) => row.message),
];
const CHECKS = [
  words('Check', (row) => row.name),
  words('Scenario', (row) => row.scenario),
  number('Passed', (row) => row.passed),
  { ...number('Failed', (row) => row.failed), tone: (/** @type {any} */ row) => (row.failed > 0 ? 'bad' : '') },
  number('Share passed', (row) => (row.passed + row.failed > 0 ? row.passed / (row.passed + row.failed) : null), format.share),
];
const ITERATIONS = [
  words('Task', (row) => row.task),
  words('Scenario', (row) => row.scenario),
  number('Ok', (row) => row.ok),
  number('Failed', (row) => row.failed),
  number('Trapped', (row) => row.trapped),
  number('Interrupted', (row) => row.interrupted),
  number('p50', (row) => row.duration.p50, format.time),
  number('p95', (row) => row.duration.p95, format.time),
  number('p99', (row) => row.duration.p99, format.time),
  number('Max', (row) => row.duration.max, format.time),
];
const CUSTOM = [
  words('Metric', (row) => row.name),
  words('Tags', (row) => row.tags),
  words('Kind', (row) => row.kind),
  words('Value', (row) => customValue(row.value)),
];
const PHASES = [
  words('Phase', (row) => row.name),
  number('Count', (row) => row.values.count),
  number('Mean', (row) => row.values.mean, format.time),
  number('p50', (row) => row.values.p50, format.time),
  number('p95', (row) => row.values.p95, format.time),
  number('p99', (row) => row.values.p99, format.time),
  number('Max', (row) => row.values.max, format.time),
];

/** In the order in which they happen. */
const PHASE_NAMES = [
  ['http_req_blocked', 'waiting for a connection'],
  ['http_req_dns', 'looking up the name'],
  ['http_req_connecting', 'connecting'],
  ['http_req_tls_handshaking', 'TLS handshake'],
  ['http_req_sending', 'sending'],
  ['http_req_waiting', 'waiting for the first byte'],
  ['http_req_receiving', 'receiving'],
];

/**
 * A custom metric's value in words.
 * @param {any} value
 */
function customValue(value) {
  const text = (/** @type {number} */ figure) => (Number.isInteger(figure) ? format.count(figure) : String(Number(figure.toPrecision(4))));
  switch (value.type) {
    case 'counter':
      return `${text(value.sum)} in ${format.count(value.count)}`;
    case 'gauge':
      return `${text(value.last)}, from ${text(value.min)} to ${text(value.max)}`;
    case 'rate':
      return `${format.share(value.total > 0 ? value.nonzero / value.total : null)} of ${format.count(value.total)}`;
    default:
      return `p50 ${text(value.p50)}, p95 ${text(value.p95)}, p99 ${text(value.p99)}, max ${text(value.max)} (${format.count(value.count)})`;
  }
}

/** @param {{ summary: Summary }} properties */
export function Lists({ summary }) {
  const phases = PHASE_NAMES.flatMap(([metric, name]) => {
    const found = summary.metrics[metric];
    return found ? [{ name, values: found.values }] : [];
  });
  return html`
    <${List} title="Failures" none="No request failed." columns=${FAILURES} rows=${summary.failures} />
    <${List} title="Errors of iterations" columns=${ERRORS} rows=${summary.errors} />
    <${List} title="Checks" columns=${CHECKS} rows=${summary.checks} />
    <${List} title="Where requests spend their time" columns=${PHASES} rows=${phases} />
    <${List} title="Iterations" columns=${ITERATIONS} rows=${summary.iterations} />
    <${List} title="Custom metrics" columns=${CUSTOM} rows=${summary.custom} />
    <${List} title="Refused by the sandbox" columns=${[words('What', (row) => row.kind), number('Times', (row) => row.count)]} rows=${summary.denials} />
  `;
}

/** @param {{ title: string, columns: any[], rows: any[], none?: string }} properties */
function List({ title, columns, rows, none }) {
  if (rows.length === 0 && !none) return null;
  const telling = columns.filter((column) => column.number || rows.some((row) => column.value(row) !== ''));
  return html`<section>
    <h2>${title}${rows.length > 0 && html` <span class="faint">${rows.length}</span>`}</h2>
    ${rows.length === 0 ? html`<p class="faint">${none}</p>` : html`<${Table} title=${title} columns=${telling} rows=${rows} filtered=${rows.length > 20} />`}
  </section>`;
}
