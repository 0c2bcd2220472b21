// Which run it was: how to repeat it, its plan, versions, the machine, and how well the generator kept up.

import { format } from '../data/format.js';
import { html } from './html.js';

/** @typedef {import('../data/types.d.ts').Summary} Summary */

/** @param {{ summary: Summary }} properties */
export function About({ summary }) {
  return html`<section>
    <h2>This run</h2>
    ${summary.command && html`<${Command} words=${summary.command} />`}
    <div class="facts">
      <${Facts} title="What ran" rows=${identity(summary)} />
      <${Facts} title="The generator" rows=${health(summary)} />
      <${Facts} title="Before trusting the rest" rows=${flags(summary)} />
    </div>
    <details class="plan">
      <summary>The whole plan</summary>
      <pre tabindex="0">${JSON.stringify(summary.plan, null, 2)}</pre>
    </details>
  </section>`;
}

/**
 * The command line, quoted for a shell.
 * @param {{ words: string[] }} properties
 */
function Command({ words }) {
  const quoted = words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
  return html`<div class="command">
    <pre tabindex="0">${quoted}</pre>
    <button type="button" onClick=${() => navigator.clipboard?.writeText(quoted)}>Copy</button>
  </div>`;
}

/** @param {{ title: string, rows: [string, any][] }} properties */
function Facts({ title, rows }) {
  if (rows.length === 0) return null;
  return html`<div>
    <h3>${title}</h3>
    <dl>
      ${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
    </dl>
  </div>`;
}

/**
 * @param {Summary} summary
 * @returns {[string, any][]}
 */
function identity({ version, plugin, plan, plan_hash, started, ended, machine }) {
  const workloads = (plan?.workloads ?? []).map((/** @type {any} */ workload) => `${workload.name} (${executor(workload.executor)})`);
  /** @type {[string, any][]} */
  const rows = [
    ['plugin', plugin],
    ['its SHA-256', plan?.plugin?.sha256],
    ['host', plan?.host],
    ['workloads', workloads.join(', ')],
    ['seed', plan?.seed],
    ['threads', plan?.threads],
    ['plan', plan_hash],
    ['from', format.moment(started)],
    ['to', format.moment(ended)],
    ['wasmswarm', version],
    ...Object.entries(machine ?? {}),
  ];
  return rows.filter(([, value]) => value !== undefined && value !== null && value !== '').map(([name, value]) => [name, String(value)]);
}

/** @param {any} executor */
function executor(executor) {
  return typeof executor === 'string' ? executor : (executor?.name ?? executor?.type ?? Object.keys(executor ?? {})[0] ?? '');
}

/**
 * @param {Summary} summary
 * @returns {[string, any][]}
 */
function health({ health }) {
  return Object.entries(health)
    .filter(([, value]) => typeof value === 'number' || (typeof value === 'string' && value !== ''))
    .map(([name, value]) => {
      const isTime = name.endsWith('_us');
      const text = typeof value === 'string' ? value : isTime ? format.time(value) : format.count(value);
      return [name.replace(/_us$/, '').replaceAll('_', ' '), text];
    });
}

/**
 * @param {Summary} summary
 * @returns {[string, any][]}
 */
function flags({ flags }) {
  return Object.entries(flags)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => [name.replaceAll('_', ' '), format.count(value)]);
}
