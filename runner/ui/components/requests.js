// The table of requests: a click opens one in the charts.

import { useMemo, useState } from 'preact/hooks';
import { format } from '../data/format.js';
import { html } from './html.js';
import { Table } from './table.js';

/** @typedef {import('../data/types.d.ts').RequestRow} RequestRow */
/** @typedef {import('../data/types.d.ts').Statistics} Statistics */
/** @typedef {RequestRow & { at: number }} Row a row and its place in the results */

/**
 * @param {object} properties
 * @param {RequestRow[]} properties.rows
 * @param {number | null} properties.chosen
 * @param {(at: number) => void} properties.choose
 */
export function Requests({ rows, chosen, choose }) {
  const [times, setTimes] = useState(/** @type {'response' | 'duration'} */ ('response'));
  const columns = useMemo(() => columnsOf(rows, times), [rows, times]);
  const placed = useMemo(() => rows.map((row, at) => ({ ...row, at })), [rows]);
  const extra = html`<div class="choices" role="group" aria-label="Times">
    <button type="button" aria-pressed=${times === 'response'} onClick=${() => setTimes('response')}>response time</button>
    <button type="button" aria-pressed=${times === 'duration'} onClick=${() => setTimes('duration')}>service time</button>
  </div>`;
  return html`<${Table}
    title="Requests"
    columns=${columns}
    rows=${placed}
    filtered=${rows.length > 5}
    isChosen=${(/** @type {Row} */ row) => row.at === chosen}
    choose=${(/** @type {Row} */ row) => choose(row.at)}
    extra=${extra}
  />`;
}

/**
 * @param {RequestRow[]} rows
 * @param {'response' | 'duration'} times
 * @returns {import('./table.js').Column<Row>[]}
 */
function columnsOf(rows, times) {
  /** @type {[keyof Statistics, string][]} */
  const figures = [
    ['mean', 'Mean'],
    ['p50', 'p50'],
    ['p90', 'p90'],
    ['p95', 'p95'],
    ['p99', 'p99'],
    ['p999', 'p99.9'],
    ['max', 'Max'],
  ];
  const share = (/** @type {Row} */ row) => (row.requests > 0 ? row.failures / row.requests : 0);
  const hasScenarios = new Set(rows.map((row) => row.scenario)).size > 1;
  return [
    { title: 'Name', value: (row) => row.name },
    { title: 'Method', value: (row) => row.method },
    ...(hasScenarios ? [{ title: 'Scenario', value: (/** @type {Row} */ row) => row.scenario }] : []),
    { title: 'Requests', number: true, value: (row) => row.requests, show: (row) => format.count(row.requests) },
    { title: 'Rate', hint: 'per second', number: true, value: (row) => row.rate, show: (row) => `${format.rate(row.rate)}/s` },
    {
      title: 'Failed',
      number: true,
      value: (row) => row.failures,
      show: (row) => (row.failures > 0 ? `${format.count(row.failures)} · ${format.share(share(row))}` : '0'),
      tone: (row) => (row.failures > 0 ? 'bad' : ''),
    },
    ...figures.map(([name, title]) => ({
      title,
      number: true,
      value: (/** @type {Row} */ row) => row[times][name],
      show: (/** @type {Row} */ row) => (row[times].count > 0 ? format.time(row[times][name]) : '–'),
    })),
  ];
}
