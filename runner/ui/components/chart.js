// One chart: uPlot with a legend that keys reach, values under the cursor, shaded stretches, lines and marks, and its
// figures as a table for whoever doesn't see it.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { signal } from '@preact/signals';
import uPlot from 'uplot';
import { html } from './html.js';
import { colour, printing, theme } from './theme.js';

/**
 * @typedef {object} Line a series of a chart
 * @property {string} label
 * @property {(number | null)[]} values
 * @property {string} colour name of a colour of the style sheet
 * @property {(value: number | null) => string} format
 * @property {string} [group] lines of a group stand together in the legend, under this word
 * @property {'left' | 'right'} [side] whose axis it is measured on
 * @property {boolean} [dashed]
 * @property {boolean} [hidden] until it is asked for
 * @property {'line' | 'area' | 'bars' | 'steps' | 'dots'} [form]
 */

/**
 * @typedef {object} Model what a chart shows
 * @property {string} title
 * @property {string} [hint]
 * @property {string} xLabel
 * @property {number[]} x ascending
 * @property {(value: number) => string} formatX
 * @property {boolean} [logX]
 * @property {boolean} [logY]
 * @property {boolean} [canLogY] whether it may be switched
 * @property {(value: number) => string} formatY of the axis
 * @property {(value: number) => string} [formatRight]
 * @property {string} [sync] charts of the same name share cursor and range
 * @property {Line[]} lines
 * @property {{ from: number, to: number }[]} [shades] stretches to be shaded
 * @property {{ value: number, label: string, broken: boolean }[]} [limits] across the chart
 * @property {{ at: number, label: string }[]} [marks] moments
 * @property {boolean} [whole] whether both axes count what has no fractions
 */

const HEIGHT = 230;
/** Steps of an axis that counts whole things. */
const WHOLE = [1, 2, 5].flatMap((step) => Array.from({ length: 10 }, (_, zeros) => step * 10 ** zeros)).sort((one, other) => one - other);
const FONT = '11px system-ui, sans-serif';

/** @param {{ model: Model, wide?: boolean }} properties */
export function Chart({ model, wide }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {uPlot | null} */ (null));
  const cursor = useMemo(() => signal(/** @type {number | null} */ (null)), []);
  const [logarithmic, setLogarithmic] = useState(model.logY ?? false);
  const [hidden, setHidden] = useState(/** @type {Record<string, boolean>} */ ({}));
  const shown = model.lines.map((line) => !(hidden[line.label] ?? line.hidden ?? false));
  const dark = theme.value;
  const paper = printing.value;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const width = () => Math.max(200, element.clientWidth);
    const data = /** @type {uPlot.AlignedData} */ ([model.x, ...model.lines.map((line) => line.values)]);
    const drawn = new uPlot(options(model, width(), logarithmic, shown, cursor), data, element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => {
      if (drawn.width !== width()) drawn.setSize({ width: width(), height: HEIGHT });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [model, dark, paper, logarithmic]);

  /** @param {number} at */
  function toggle(at) {
    plot.current?.setSeries(at + 1, { show: !shown[at] });
    setHidden({ ...hidden, [model.lines[at].label]: shown[at] });
  }

  return html`<figure class=${wide ? 'chart wide' : 'chart'} aria-label=${model.title}>
    <figcaption>
      <span class="title">${model.title}</span>
      ${model.hint && html`<span class="hint">${model.hint}</span>`}
      ${
        model.canLogY &&
        html`<button type="button" class="small" aria-pressed=${logarithmic} onClick=${() => setLogarithmic(!logarithmic)}>
          log
        </button>`
      }
    </figcaption>
    <div
      class="plot"
      ref=${place}
      tabindex="0"
      role="img"
      aria-label=${`${model.title}. Arrow keys move along the chart; its figures are in the table below it.`}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => step(event, plot.current, model)}
    ></div>
    <${Legend} model=${model} shown=${shown} cursor=${cursor} toggle=${toggle} />
    <${Figures} model=${model} />
  </figure>`;
}

/** @param {{ model: Model, shown: boolean[], cursor: import('@preact/signals').Signal<number | null>, toggle: (at: number) => void }} properties */
function Legend({ model, shown, cursor, toggle }) {
  const at = cursor.value;
  const groups = [...new Set(model.lines.map((line) => line.group ?? ''))];
  return html`<div class="legend">
    <span class="moment">${at === null ? model.xLabel : model.formatX(model.x[at])}</span>
    ${groups.map(
      (group) =>
        html`<span class="group" key=${group}>
          ${group && html`<span class="word">${group}</span>`}
          ${model.lines.map((line, index) => (line.group ?? '') === group && html`<${Entry} line=${line} at=${at} shown=${shown[index]} toggle=${() => toggle(index)} />`)}
        </span>`,
    )}
    ${model.shades?.length ? html`<span class="key"><i class="shade"></i>generator was slow</span>` : null}
    ${model.limits?.length ? html`<span class="key"><i class="limit"></i>threshold</span>` : null}
    ${model.marks?.length ? html`<span class="key"><i class="mark"></i>change by the operator</span>` : null}
  </div>`;
}

/** @param {{ line: Line, at: number | null, shown: boolean, toggle: () => void }} properties */
function Entry({ line, at, shown, toggle }) {
  const name = line.group ? line.label.replace(` ${line.group}`, '') : line.label;
  return html`<button type="button" aria-label=${line.label} aria-pressed=${shown} onClick=${toggle}>
    <i class=${line.dashed ? 'dashed' : ''} style=${{ color: `var(${line.colour})` }}></i>${name}${' '}
    <b>${at === null ? '' : line.format(line.values[at])}</b>
  </button>`;
}

/**
 * The figures as a table, made when it is opened.
 * @param {{ model: Model }} properties
 */
function Figures({ model }) {
  const [open, setOpen] = useState(false);
  return html`<details class="figures" onToggle=${(/** @type {any} */ event) => setOpen(event.currentTarget.open)}>
    <summary>Figures</summary>
    ${
      open &&
      html`<div class="scroll" tabindex="0">
        <table>
          <caption class="unseen">${model.title}</caption>
          <thead>
            <tr>
              <th scope="col">${model.xLabel}</th>
              ${model.lines.map((line) => html`<th scope="col">${line.label}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${model.x.map(
              (x, at) =>
                html`<tr>
                  <th scope="row">${model.formatX(x)}</th>
                  ${model.lines.map((line) => html`<td>${line.format(line.values[at])}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`
    }
  </details>`;
}

/**
 * Moves the cursor by keys.
 * @param {KeyboardEvent} event
 * @param {uPlot | null} plot
 * @param {Model} model
 */
function step(event, plot, model) {
  const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
  if (!by || !plot) return;
  event.preventDefault();
  const at = Math.min(model.x.length - 1, Math.max(0, (plot.cursor.idx ?? (by > 0 ? -1 : 0)) + by));
  plot.setCursor({ left: plot.valToPos(model.x[at], 'x'), top: 10 });
}

/**
 * @param {Model} model
 * @param {number} width
 * @param {boolean} logarithmic
 * @param {boolean[]} shown
 * @param {import('@preact/signals').Signal<number | null>} cursor
 * @returns {uPlot.Options}
 */
function options(model, width, logarithmic, shown, cursor) {
  const hasRight = model.lines.some((line) => line.side === 'right');
  const values = (/** @type {(value: number) => string} */ format) => (/** @type {uPlot} */ _, /** @type {number[]} */ splits) =>
    splits.map((value) => (value === null ? '' : format(value)));
  const axis = { stroke: colour('--faint'), font: FONT, ticks: { show: false }, grid: { stroke: colour('--grid'), width: 1 } };
  const incrs = model.whole ? { incrs: WHOLE } : {};
  /** @type {uPlot.Axis[]} */
  const axes = [
    { ...axis, grid: { show: false }, values: values(model.formatX), space: 70, size: 28 },
    { ...axis, values: values(model.formatY), size: 62, ...incrs },
  ];
  if (hasRight) {
    axes.push({ ...axis, scale: 'right', side: 1, grid: { show: false }, values: values(model.formatRight ?? model.formatY), size: 46, ...incrs });
  }
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    padding: [10, hasRight ? 4 : 26, 0, 0],
    scales: {
      x: model.logX ? { time: false, distr: 3 } : { time: false, range: wholeRange },
      y: logarithmic ? { distr: 3 } : { range: fromZero(model) },
      right: { range: (_, __, max) => [0, Math.max(max, 1) * 1.08] },
    },
    axes,
    series: [{}, ...model.lines.map((line, at) => series(line, shown[at]))],
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: true, y: false, setScale: true },
      ...(model.sync ? { sync: { key: model.sync } } : {}),
    },
    hooks: {
      setCursor: [(plot) => (cursor.value = plot.cursor.idx ?? null)],
      drawClear: [(plot) => shade(plot, model)],
      draw: [(plot) => annotate(plot, model)],
    },
  };
}

/** @type {uPlot.Range.Function} */
function wholeRange(_, min, max) {
  return min === max ? [min - 1, max + 1] : [min, max];
}

/**
 * From nothing to the largest value or limit.
 * @param {Model} model
 * @returns {uPlot.Range.Function}
 */
function fromZero(model) {
  return (_, __, max) => {
    // A limit far above all that was measured would press it flat.
    const near = (model.limits ?? []).map((limit) => limit.value).filter((value) => value < max * 3);
    return [0, Math.max(max || 0, ...near, 1e-9) * 1.08];
  };
}

/**
 * @param {Line} line
 * @param {boolean} show
 * @returns {uPlot.Series}
 */
function series(line, show) {
  const stroke = colour(line.colour);
  /** @type {uPlot.Series} */
  const made = {
    label: line.label,
    show,
    scale: line.side === 'right' ? 'right' : 'y',
    stroke,
    width: line.dashed ? 1.2 : 1.6,
    points: { show: line.form === 'dots' ? true : line.values.length < 3, size: 5, fill: stroke },
  };
  if (line.dashed) made.dash = [5, 3];
  if (line.form === 'dots') made.paths = () => null;
  if (line.form === 'area' || line.form === 'bars') made.fill = `${stroke}2e`;
  if (line.form === 'bars') made.paths = uPlot.paths.bars?.({ size: [0.9, 60], align: 0 });
  if (line.form === 'steps') made.paths = uPlot.paths.stepped?.({ align: -1 });
  return made;
}

/**
 * @param {uPlot} plot
 * @param {Model} model
 */
function shade(plot, model) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = colour('--shade');
  for (const { from, to } of model.shades ?? []) {
    const left = plot.valToPos(from, 'x', true);
    ctx.fillRect(left, bbox.top, Math.max(2, plot.valToPos(to, 'x', true) - left), bbox.height);
  }
  ctx.restore();
}

/**
 * @param {uPlot} plot
 * @param {Model} model
 */
function annotate(plot, model) {
  const { ctx, bbox } = plot;
  const [bottom, right] = [bbox.top + bbox.height, bbox.left + bbox.width];
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  for (const { value, label, broken } of model.limits ?? []) {
    const y = plot.valToPos(value, 'y', true);
    if (!(y >= bbox.top && y <= bottom)) continue;
    ctx.strokeStyle = ctx.fillStyle = colour(broken ? '--bad' : '--faint');
    stroke(ctx, bbox.left, y, right, y);
    ctx.textAlign = 'right';
    ctx.fillText(label, right - 4, y - 4 * devicePixelRatio);
  }
  for (const { at, label } of model.marks ?? []) {
    const x = plot.valToPos(at, 'x', true);
    if (!(x >= bbox.left && x <= right)) continue;
    ctx.strokeStyle = ctx.fillStyle = colour('--purple');
    stroke(ctx, x, bbox.top, x, bottom);
    ctx.textAlign = 'left';
    ctx.fillText(label, x + 4, bbox.top + 12 * devicePixelRatio);
  }
  ctx.restore();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} fromX
 * @param {number} fromY
 * @param {number} toX
 * @param {number} toY
 */
function stroke(ctx, fromX, fromY, toX, toY) {
  ctx.beginPath();
  ctx.moveTo(fromX, fromY);
  ctx.lineTo(toX, toY);
  ctx.stroke();
}
