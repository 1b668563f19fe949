import { shellWord } from '../../core/shell-word.js';
import { t } from '../texts/index.js';
import type { ReportView } from '../view/view.js';
import { columnHeads, section } from './finding-sections.js';
import { html, type Markup, verbatim } from './html.js';

/** The record of the run: tables that the page fills, what was left out, and how to do it again. */

export const configurationsSection = (): Markup =>
  section('configurations', html`<div class="table-host" data-table="configurations"></div>`);

export const trialsSection = (): Markup =>
  section('trials', html`<p>${t('trialsLead')}</p><div class="table-host" data-table="trials"></div>`);

export function excludedSection({ run }: ReportView): Markup {
  const { excluded } = run.plan;
  if (excluded.length === 0) return section('excluded', html`<p>${t('excludedNone')}</p>`);
  const rows = excluded.map(
    ({ axis, value, reason, configurations }) =>
      html`<tr><th scope="row">${axis}</th><td>${value}</td><td lang="en">${reason}</td><td class="number">${configurations}</td></tr>`,
  );
  return section(
    'excluded',
    html`<div class="scroll"><table>${columnHeads(['colAxis', 'colValue', 'colReason', 'colSkipped'], ['colSkipped'])}<tbody>${rows}</tbody></table></div>`,
  );
}

export function remakeSection({ run, runFolder }: ReportView): Markup {
  const { command, seed, versions, gitCommit } = run.plan;
  const built = gitCommit === null ? '' : ` (${gitCommit})`;
  return section(
    'remake',
    html`<h3>${t('remakeReport')}</h3><pre><code>r1-tune report ${verbatim(shellWord(runFolder))}</code></pre>
<h3>${t('remakeRun')}</h3><pre><code>r1-tune ${verbatim(command.map(shellWord).join(' '))}</code></pre>
<p>${t('remakeNote', { seed })}</p>
<p class="small">${t('versions')}: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}${name === 'r1-tune' ? built : ''}`)
      .join(', ')}</p>`,
  );
}
