// A table that sorts, filters, and stays fast with thousands of rows: it shows the first hundred until more are asked for,
// and all on paper.

import { useMemo, useState } from 'preact/hooks';
import { html } from './html.js';
import { printing } from './theme.js';

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} title
 * @property {(row: Row) => string | number | null} value what it is sorted by
 * @property {(row: Row) => any} [show]
 * @property {boolean} [number] aligned to the right, largest first
 * @property {string} [hint]
 * @property {(row: Row) => string} [tone]
 */

const FIRST = 100;

/**
 * @template Row
 * @param {object} properties
 * @param {string} properties.title
 * @param {Column<Row>[]} properties.columns
 * @param {Row[]} properties.rows
 * @param {number} [properties.sortedBy] column at first
 * @param {boolean} [properties.filtered] whether it can be filtered
 * @param {(row: Row) => boolean} [properties.isChosen]
 * @param {(row: Row) => void} [properties.choose] what a click does
 * @param {any} [properties.extra] beside the filter
 */
export function Table({ title, columns, rows, sortedBy, filtered, isChosen, choose, extra }) {
  const [order, setOrder] = useState({ by: sortedBy ?? -1, down: true });
  const [wanted, setWanted] = useState('');
  const [all, setAll] = useState(false);
  const sorted = useMemo(() => ordered(rows, columns, order), [rows, columns, order]);
  const found = useMemo(() => matching(sorted, columns, wanted), [sorted, columns, wanted]);
  const visible = all || printing.value ? found : found.slice(0, FIRST);

  /** @param {number} at */
  function sort(at) {
    setOrder(order.by === at ? { by: at, down: !order.down } : { by: at, down: columns[at].number ?? false });
  }

  return html`<div class="table">
    ${
      (filtered || extra) &&
      html`<div class="tools">
        ${
          filtered &&
          html`<input
            type="search"
            placeholder="Filter"
            aria-label=${`Filter ${title}`}
            value=${wanted}
            onInput=${(/** @type {any} */ event) => setWanted(event.currentTarget.value)}
          />`
        }
        ${extra}
        <span class="faint" role="status">${wanted && `${found.length} of ${rows.length}`}</span>
      </div>`
    }
    <div class="scroll">
      <table>
        <caption class="unseen">${title}</caption>
        <thead>
          <tr>
            ${columns.map(
              (column, at) =>
                html`<th
                  scope="col"
                  class=${column.number ? 'number' : ''}
                  aria-sort=${order.by === at ? (order.down ? 'descending' : 'ascending') : 'none'}
                >
                  <button type="button" title=${column.hint} onClick=${() => sort(at)}>${column.title}</button>
                </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${visible.map(
            (row) =>
              html`<tr
                class=${choose ? 'choice' : ''}
                aria-selected=${choose ? Boolean(isChosen?.(row)) : undefined}
                onClick=${choose && (() => choose(row))}
              >
                ${columns.map((column, at) => cell(column, row, at === 0 ? choose : undefined))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      visible.length < found.length &&
      html`<button type="button" class="more" onClick=${() => setAll(true)}>Show all ${found.length}</button>`
    }
  </div>`;
}

/**
 * @template Row
 * @param {Column<Row>} column
 * @param {Row} row
 * @param {((row: Row) => void) | undefined} choose
 */
function cell(column, row, choose) {
  const value = column.value(row);
  const text = column.show ? column.show(row) : value;
  const tone = column.tone?.(row) ?? '';
  return html`<td class=${`${column.number ? 'number' : 'name'} ${tone}`} data-value=${value}>
    ${choose ? html`<button type="button" class="link">${text}</button>` : text}
  </td>`;
}

/**
 * @template Row
 * @param {Row[]} rows
 * @param {Column<Row>[]} columns
 * @param {{ by: number, down: boolean }} order
 */
function ordered(rows, columns, { by, down }) {
  if (by < 0) return rows;
  const keyed = rows.map((row) => ({ row, key: columns[by].value(row) }));
  const collator = new Intl.Collator(undefined, { numeric: true });
  const compare = columns[by].number
    ? (/** @type {any} */ one, /** @type {any} */ other) => (one.key ?? -1) - (other.key ?? -1)
    : (/** @type {any} */ one, /** @type {any} */ other) => collator.compare(one.key, other.key);
  keyed.sort((one, other) => (down ? -compare(one, other) : compare(one, other)));
  return keyed.map(({ row }) => row);
}

/**
 * Rows of which a text holds all the words.
 * @template Row
 * @param {Row[]} rows
 * @param {Column<Row>[]} columns
 * @param {string} wanted
 */
function matching(rows, columns, wanted) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  const texts = columns.filter((column) => !column.number);
  return rows.filter((row) => {
    const text = texts.map((column) => column.value(row)).join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
