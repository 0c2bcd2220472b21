// Whether the run passed, and whether its figures may be trusted: what a reader asks first.

import { format } from '../data/format.js';
import { html } from './html.js';

/** @typedef {import('../data/types.d.ts').Summary} Summary */

/**
 * @typedef {object} Judgement
 * @property {boolean} ok
 * @property {string} title
 * @property {string} text
 */

/** Above this share of slow seconds, what was measured says more about the generator than about the server. */
const TRUSTED = 0.01;

/**
 * What is judged, in the order in which it matters.
 * @param {Summary} summary
 * @returns {{ thresholds: Judgement, books: Judgement, generator: Judgement }}
 */
export function judge(summary) {
  return { thresholds: thresholds(summary), books: books(summary), generator: generator(summary) };
}

/**
 * @param {Summary} summary
 * @returns {Judgement}
 */
function thresholds({ thresholds }) {
  const broken = thresholds.filter(({ ok }) => ok !== true).length;
  if (thresholds.length === 0) return { ok: true, title: 'No thresholds', text: 'nothing was asked of this run' };
  if (broken > 0) return { ok: false, title: 'Thresholds broken', text: `${broken} of ${thresholds.length} don’t hold` };
  return { ok: true, title: 'Thresholds hold', text: thresholds.length === 1 ? 'the only one' : `all ${thresholds.length}` };
}

/**
 * @param {Summary} summary
 * @returns {Judgement}
 */
function books({ wrong, totals }) {
  if (wrong.length > 0) return { ok: false, title: 'Books don’t balance', text: wrong.join('; ') };
  const text = `${format.count(totals.requests_started)} requests begun, each accounted for`;
  return { ok: true, title: 'Books balance', text };
}

/**
 * @param {Summary} summary
 * @returns {Judgement}
 */
function generator({ health, seconds }) {
  const red = health.red_seconds ?? 0;
  if (red === 0) return { ok: true, title: 'Generator kept up', text: 'no second in which it was slow itself' };
  const text = `slow in ${red} of ${format.count(Math.max(1, Math.round(seconds)))} seconds, shaded in the charts`;
  const ok = red <= seconds * TRUSTED;
  return { ok, title: ok ? 'Generator kept up, nearly' : 'Generator was slow: not trustworthy', text };
}

/** @param {{ summary: Summary }} properties */
export function Verdict({ summary }) {
  const { thresholds, books, generator } = judge(summary);
  const passed = summary.end.code === 0 && thresholds.ok && books.ok;
  const title = !passed ? 'Failed' : generator.ok ? 'Passed' : 'Passed, but not trustworthy';
  const tone = !passed ? 'bad' : generator.ok ? 'good' : 'warn';
  return html`<section class=${`verdict ${tone}`} aria-labelledby="verdict">
    <div class="headline">
      <h2 id="verdict"><${Sign} tone=${tone} />${title}</h2>
      <p>${summary.end.text} <span class="faint">(exit code ${summary.end.code})</span></p>
    </div>
    <ul class="judgements">
      ${[thresholds, books, generator].map(
        (judgement) =>
          html`<li class=${judgement.ok ? 'good' : 'bad'}>
            <${Sign} tone=${judgement.ok ? 'good' : 'bad'} /><b>${judgement.title}</b><span>${judgement.text}</span>
          </li>`,
      )}
    </ul>
    ${summary.thresholds.length > 0 && html`<${Thresholds} rows=${summary.thresholds} />`}
  </section>`;
}

/**
 * A sign that needs no colour.
 * @param {{ tone: string }} properties
 */
function Sign({ tone }) {
  const word = { good: 'passed', bad: 'failed', warn: 'doubtful' }[tone];
  return html`<span class=${`sign ${tone}`} role="img" aria-label=${word}>${{ good: '✓', bad: '✗', warn: '!' }[tone]}</span>`;
}

/** @param {{ rows: Summary['thresholds'] }} properties */
function Thresholds({ rows }) {
  return html`<div class="scroll">
    <table class="thresholds">
      <caption class="unseen">Thresholds</caption>
      <thead>
        <tr>
          <th scope="col"><span class="unseen">Outcome</span></th>
          <th scope="col">Metric</th>
          <th scope="col">Rule</th>
          <th scope="col" class="number">Observed</th>
          <th scope="col" class="number">Limit</th>
          <th scope="col">Note</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <td><${Sign} tone=${row.ok ? 'good' : 'bad'} /></td>
              <td class="name">${row.metric}</td>
              <td class="name">${row.rule}</td>
              <td class="number" data-value=${row.observed}>${format.inUnit(row.observed, row.unit)}</td>
              <td class="number" data-value=${row.limit}>${format.inUnit(row.limit, row.unit)}</td>
              <td>${row.reason}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
