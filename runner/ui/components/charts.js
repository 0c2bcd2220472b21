// Which charts there are, and what each shows of a subject: the whole run or one kind of request.

import { useMemo } from 'preact/hooks';
import { PERCENTILES } from '../data/results.js';
import { format } from '../data/format.js';
import { Chart } from './chart.js';
import { html } from './html.js';

/** @typedef {import('../data/types.d.ts').Results} Results */
/** @typedef {import('../data/types.d.ts').Subject} Subject */
/** @typedef {import('../data/types.d.ts').Track} Track */
/** @typedef {import('../data/types.d.ts').Threshold} Threshold */
/** @typedef {import('./chart.js').Model} Model */
/** @typedef {import('./chart.js').Line} Line */

const NAMES = { p50: 'p50', p90: 'p90', p95: 'p95', p99: 'p99', p999: 'p99.9', max: 'max' };
const COLOURS = { p50: '--blue', p90: '--sky', p95: '--orange', p99: '--red', p999: '--purple', max: '--grey' };
const AT_FIRST = ['p50', 'p95', 'p99'];

/** @param {{ results: Results, subject: Subject }} properties */
export function Charts({ results, subject }) {
  const models = useMemo(() => all(results, subject), [results, subject]);
  return html`<div class="charts">
    ${models.map((model) => html`<${Chart} key=${model.title} model=${model} />`)}
  </div>`;
}

/**
 * @param {Results} results
 * @param {Subject} subject
 * @returns {Model[]}
 */
function all(results, subject) {
  const models = [];
  if (subject.track && subject.track.at.length > 0) {
    models.push(rates(results, subject, subject.track), times(results, subject, subject.track));
  }
  if (results.run.at.length > 0) models.push(load(results));
  if (subject.response.length > 0) models.push(histogram(subject), curve(subject));
  if (subject.track && subject.track.at.length > 1) models.push(againstRate(subject.track));
  return models;
}

/**
 * What all charts over time share.
 * @param {Results} results
 */
function overTime(results) {
  const run = results.run;
  /** @type {{ from: number, to: number }[]} */
  const shades = [];
  run.red?.forEach((red, at) => {
    const [from, to] = [run.at[at] - run.seconds[at], run.at[at]];
    const last = shades.at(-1);
    if (red && last && from - last.to < 0.01) last.to = to;
    else if (red) shades.push({ from, to });
  });
  const marks = (results.summary.changes ?? []).map(({ at, text }) => ({ at, label: text }));
  return { xLabel: 'time', formatX: format.clock, sync: 'time', shades, marks };
}

/**
 * @param {Results} results
 * @param {Subject} subject
 * @param {Track} track
 * @returns {Model}
 */
function rates(results, subject, track) {
  const perSecond = (/** @type {number[]} */ counts) => counts.map((count, at) => (track.seconds[at] > 0 ? count / track.seconds[at] : 0));
  const limits = thresholds(results, subject, ['http_reqs'], 'per-second');
  return {
    ...overTime(results),
    title: 'Requests per second',
    x: track.at,
    formatY: format.rate,
    limits,
    lines: [
      { label: 'requests', values: perSecond(track.requests), colour: '--blue', format: perS, form: 'area' },
      { label: 'failures', values: perSecond(track.failures), colour: '--red', format: perS, form: 'area' },
    ],
  };
}

/** @param {number | null} value */
function perS(value) {
  return `${format.rate(value)}/s`;
}

/**
 * @param {Results} results
 * @param {Subject} subject
 * @param {Track} track
 * @returns {Model}
 */
function times(results, subject, track) {
  const { response, service } = track;
  const same = response !== null && service !== null && PERCENTILES.every((name) => equal(response[name], service[name]));
  /** @type {Line[]} */
  const lines = [];
  /**
   * @param {import('../data/types.d.ts').Percentiles | null} of
   * @param {string} word
   * @param {boolean} dashed
   */
  const add = (of, word, dashed) => {
    for (const name of of ? PERCENTILES : []) {
      if (!of?.[name]) continue;
      const values = of[name].map((value, at) => (track.requests[at] > 0 ? value : null));
      lines.push({
        label: `${NAMES[name]} ${word}`.trim(),
        group: word,
        values,
        colour: COLOURS[name],
        format: format.time,
        dashed,
        hidden: !AT_FIRST.includes(name),
      });
    }
  };
  if (response) add(response, same ? '' : 'response', false);
  if (!same) add(service, 'service', response !== null);
  return {
    ...overTime(results),
    title: 'Response and service time',
    hint: response && same ? 'the same in this run' : '',
    x: track.at,
    formatY: format.short,
    canLogY: true,
    limits: thresholds(results, subject, ['http_req_duration', 'http_response_time'], 'milliseconds'),
    lines,
  };
}

/**
 * @param {number[]} one
 * @param {number[]} other
 */
function equal(one, other) {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}

/**
 * @param {Results} results
 * @returns {Model}
 */
function load(results) {
  const { run } = results;
  return {
    ...overTime(results),
    title: 'VUs and dropped iterations',
    hint: 'of the whole run',
    whole: true,
    x: run.at,
    formatY: format.count,
    formatRight: format.count,
    lines: [
      { label: 'VUs', values: run.vus ?? [], colour: '--green', format: format.count, form: 'steps' },
      { label: 'dropped iterations', values: run.dropped ?? [], colour: '--orange', format: format.count, form: 'bars', side: 'right' },
    ],
  };
}

/**
 * How often which time came, in steps of about 10 %.
 * @param {Subject} subject
 * @returns {Model}
 */
function histogram(subject) {
  const step = Math.log(1.1);
  const place = (/** @type {number} */ us) => Math.floor(Math.log(Math.max(1, us)) / step);
  const both = [subject.response, subject.service].map((buckets) => {
    /** @type {Map<number, number>} */
    const counts = new Map();
    buckets.forEach(({ value, count }) => counts.set(place(value), (counts.get(place(value)) ?? 0) + count));
    return counts;
  });
  const places = both.flatMap((counts) => [...counts.keys()]);
  const [from, to] = [Math.min(...places) - 1, Math.max(...places) + 1];
  const x = Array.from({ length: to - from + 1 }, (_, at) => Math.exp((from + at + 0.5) * step));
  const values = (/** @type {Map<number, number>} */ counts) => x.map((_, at) => counts.get(from + at) ?? 0);
  /** @type {Line[]} */
  const lines = [{ label: 'response', values: values(both[0]), colour: '--blue', format: format.count, form: 'bars' }];
  if (subject.service !== subject.response) {
    lines.push({ label: 'service', values: values(both[1]), colour: '--orange', format: format.count, form: 'bars', hidden: true });
  }
  return {
    title: 'Distribution of times',
    hint: 'requests by time, in steps of 10 %',
    xLabel: 'time',
    x,
    formatX: format.short,
    logX: true,
    formatY: format.count,
    lines,
  };
}

/**
 * Times by percentile: the axis stretches towards 100 %.
 * @param {Subject} subject
 * @returns {Model}
 */
function curve(subject) {
  const [response, service] = [subject.response, subject.service].map(cumulated);
  // 1 at 0 %, 10 at 90 %, 100 at 99 %: on a logarithmic axis, each nine is as wide as the one before.
  const last = Math.max(10, ...response.map(({ tail }) => tail), ...service.map(({ tail }) => tail));
  const x = [];
  for (let tail = 1; tail <= last; tail *= 1.15) x.push(tail);
  x.push(last);
  /** @type {Line[]} */
  const lines = [{ label: 'response', values: x.map((tail) => at(response, tail)), colour: '--blue', format: format.time }];
  if (subject.service !== subject.response) {
    lines.push({ label: 'service', values: x.map((tail) => at(service, tail)), colour: '--orange', format: format.time, dashed: true });
  }
  return {
    title: 'Times by percentile',
    xLabel: 'percentile',
    x,
    formatX: percent,
    logX: true,
    formatY: format.short,
    canLogY: true,
    lines,
  };
}

/** @param {number} tail */
function percent(tail) {
  const value = 100 - 100 / tail;
  const decimals = Math.max(0, Math.ceil(Math.log10(tail) - 1.999));
  return `${value.toFixed(Math.min(6, decimals))} %`;
}

/**
 * Up to which tail each time goes.
 * @param {import('../data/types.d.ts').Bucket[]} buckets
 */
function cumulated(buckets) {
  const all = buckets.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  return buckets.map(({ value, count }) => {
    seen += count;
    return { value, tail: seen >= all ? Math.max(2, all) : all / (all - seen) };
  });
}

/**
 * @param {{ value: number, tail: number }[]} steps
 * @param {number} tail
 */
function at(steps, tail) {
  return (steps.find((step) => step.tail >= tail) ?? steps.at(-1))?.value ?? null;
}

/**
 * Each point a stretch of the run.
 * @param {Track} track
 * @returns {Model}
 */
function againstRate(track) {
  const of = track.response ?? track.service;
  const order = track.at.map((_, at) => at).filter((at) => track.requests[at] > 0 && track.seconds[at] > 0);
  const rate = (/** @type {number} */ at) => track.requests[at] / track.seconds[at];
  order.sort((one, other) => rate(one) - rate(other));
  /** @type {('p50' | 'p99')[]} */
  const names = ['p50', 'p99'];
  return {
    title: 'Time against rate',
    hint: 'each dot a stretch of the run',
    xLabel: 'requests per second',
    x: order.map(rate),
    formatX: format.rate,
    formatY: format.short,
    canLogY: true,
    lines: names.map((name) => ({
      label: `${name}${track.response ? ' response' : ' service'}`,
      values: order.map((at) => of?.[name]?.[at] ?? null),
      colour: COLOURS[name],
      format: format.time,
      form: 'dots',
    })),
  };
}

/**
 * Limits that this subject is held to, as lines.
 * @param {Results} results
 * @param {Subject} subject
 * @param {string[]} metrics
 * @param {string} unit
 */
function thresholds(results, subject, metrics, unit) {
  const applies = (/** @type {Threshold} */ threshold) => {
    const [metric, selector] = threshold.metric.split('{');
    const isNamed = selector !== undefined && subject.row !== null && selector.includes(subject.row.name);
    return metrics.includes(metric) && threshold.unit === unit && (selector === undefined || isNamed);
  };
  const scale = unit === 'milliseconds' ? 1_000 : 1;
  return results.summary.thresholds.filter(applies).map(({ rule, limit, ok }) => ({
    value: limit * scale,
    label: rule,
    broken: ok === false,
  }));
}
