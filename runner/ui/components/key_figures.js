// The run in one row of figures.

import { format } from '../data/format.js';
import { html } from './html.js';

/** @param {{ summary: import('../data/types.d.ts').Summary }} properties */
export function KeyFigures({ summary }) {
  const { totals, metrics } = summary;
  const checks = totals.checks_passed + totals.checks_failed;
  const failed = totals.requests > 0 ? totals.failures / totals.requests : 0;
  /** @type {[string, string, number, string][]} */
  const figures = [
    ['Requests', format.count(totals.requests), totals.requests, `${format.rate(totals.rate)}/s`],
    ['Failed', format.share(failed), totals.failures, format.count(totals.failures)],
    ['Response p50', format.time(totals.response.p50), totals.response.p50, `mean ${format.time(totals.response.mean)}`],
    ['Response p95', format.time(totals.response.p95), totals.response.p95, `service ${format.time(totals.duration.p95)}`],
    ['Response p99', format.time(totals.response.p99), totals.response.p99, `service ${format.time(totals.duration.p99)}`],
    ['Slowest', format.time(totals.response.max), totals.response.max, `p99.9 ${format.time(totals.response.p999)}`],
    ['Iterations', format.count(totals.iterations_started), totals.iterations_started, `${format.rate(totals.iteration_rate)}/s`],
    ['Dropped', format.count(totals.iterations_dropped), totals.iterations_dropped, 'iterations'],
    ['VUs, at most', format.count(metrics.vus_max?.values.value), metrics.vus_max?.values.value ?? 0, ''],
    ['Data', format.bytes(totals.bytes_received), totals.bytes_received, `sent ${format.bytes(totals.bytes_sent)}`],
  ];
  if (checks > 0) {
    figures.push(['Checks', format.share(totals.checks_passed / checks), totals.checks_passed, `${format.count(totals.checks_failed)} failed`]);
  }
  return html`<dl class="figures-row">
    ${figures.map(
      ([name, text, value, note]) =>
        html`<div key=${name}>
          <dt>${name}</dt>
          <dd data-figure=${name} data-value=${value}>${text}</dd>
          <dd class="note">${note}</dd>
        </div>`,
    )}
  </dl>`;
}
