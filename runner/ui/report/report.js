// The report of a run that has ended.

import { render } from 'preact';
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { About } from '../components/about.js';
import { Charts } from '../components/charts.js';
import { format } from '../data/format.js';
import { html } from '../components/html.js';
import { KeyFigures } from '../components/key_figures.js';
import { Lists } from '../components/lists.js';
import { Requests } from '../components/requests.js';
import { fromReport } from '../data/results.js';
import { follow, theme, toggle } from '../components/theme.js';
import { Verdict } from '../components/verdict.js';

/** @param {{ results: import('../data/types.d.ts').Results }} properties */
function Report({ results }) {
  const { summary } = results;
  const chosen = useSignal(/** @type {number | null} */ (null));
  const charts = useRef(/** @type {HTMLElement | null} */ (null));
  const subject = results.subject(chosen.value);

  /** @param {number | null} request */
  function choose(request) {
    chosen.value = request;
    charts.current?.scrollIntoView({ block: 'start' });
  }

  return html`
    <header>
      <div>
        <h1>${summary.plugin}</h1>
        <p class="faint">
          ${summary.plan?.host ?? ''} · ${format.moment(summary.started)} · ${format.duration(summary.seconds)}
        </p>
      </div>
      <button type="button" class="small theme" onClick=${toggle}>${theme.value === 'dark' ? 'light' : 'dark'}</button>
    </header>
    <main>
      <${Verdict} summary=${summary} />
      <${KeyFigures} summary=${summary} />
      <section ref=${charts} class="over-time" aria-labelledby="charts">
        <div class="subject">
          <h2 id="charts">${subject.label}</h2>
          ${subject.row && html`<${Figures} subject=${subject} />`}
          ${chosen.value !== null && html`<button type="button" class="small" onClick=${() => choose(null)}>whole run</button>`}
        </div>
        <${Charts} results=${results} subject=${subject} />
      </section>
      <section>
        <h2>Requests <span class="faint">${summary.requests.length}</span></h2>
        <${Requests} rows=${summary.requests} chosen=${chosen.value} choose=${choose} />
      </section>
      <${Lists} summary=${summary} />
      <${About} summary=${summary} />
    </main>
    <footer class="faint">wasmswarm ${summary.version} · times are measured in microseconds · percentiles are of all requests, never averages</footer>
  `;
}

/** @param {{ subject: import('../data/types.d.ts').Subject }} properties */
function Figures({ subject }) {
  const statuses = Object.entries(subject.statuses).map(([status, count]) => `${status === '0' ? 'no response' : status}: ${format.count(count)}`);
  return html`<span class="faint">
    ${format.count(subject.row?.requests)} requests, ${format.count(subject.row?.failures)} failed · ${statuses.join(', ')}
  </span>`;
}

const data = document.getElementById('data')?.textContent ?? '';
const place = document.getElementById('page');
if (place) {
  follow();
  render(html`<${Report} results=${fromReport(JSON.parse(data))} />`, place);
  document.documentElement.dataset.ready = 'true';
}
