import type { ClaimResult, ClaimsDocument, Contrast, FactRow } from '../../core/claims.js';
import { shellWord } from '../../core/shell-word.js';
import { formatNumber, formatValue } from '../page/format.js';
import { claimStatement, verdictName } from '../texts/claim-texts.js';
import { t } from '../texts/index.js';
import type { ReportView } from '../view/view.js';
import { estimateCell } from './estimate.js';
import { columnHeads, section } from './finding-sections.js';
import { html, type Markup } from './html.js';

/** The rules of thumb put to the test by `r1-tune claims`, when its result is given beside the run. */
export function claimsSection({ claims, run }: ReportView): Markup | null {
  if (!claims) return null;
  const isElsewhere = claims.machine.fingerprint.hash !== run.machine.fingerprint.hash;
  return section(
    'claims',
    html`<p>${t('claimsLead', { errorRate: formatValue('share', claims.errorRate) })}</p>
${isElsewhere && html`<p class="notice warning">${t('claimsElsewhere', { machine: claims.machineDescription })}</p>`}
<div class="scroll"><table>${columnHeads(['colClaim', 'colVerdict', 'colFinding'])}<tbody>${claims.results.map(row)}</tbody></table></div>
${claims.results.map(details)}
<p class="small">${t('claimsMade', { command: commandOf(claims) })}</p>`,
  );
}

const commandOf = ({ plan }: ClaimsDocument): string => ['r1-tune', ...plan.command.map(shellWord)].join(' ');

const row = (claim: ClaimResult): Markup =>
  html`<tr><th scope="row">${claim.number}. ${claimStatement(claim)}</th><td class="word verdict ${claim.verdict}">${verdictName(claim.verdict)}</td><td lang="en">${claim.finding}</td></tr>`;

function details(claim: ClaimResult): Markup {
  return html`<details class="data"><summary>${claim.number}. ${claimStatement(claim)}</summary>
<p class="small" lang="en">${claim.rule} ${claim.sources.length > 0 && `(${claim.sources.join('; ')})`}</p>
${claim.contrasts.length > 0 && html`<div class="scroll"><table>${columnHeads(['colWhat', 'colChange', 'colVerdict'], ['colChange'])}<tbody>${claim.contrasts.map(contrast)}</tbody></table></div>`}
${claim.facts.length > 0 && html`<div class="scroll"><table>${columnHeads(['colWhat', 'colValue', 'colNote'], ['colValue'])}<tbody>${claim.facts.map(fact)}</tbody></table></div>`}
${claim.notes.length > 0 && html`<ul class="small" lang="en">${claim.notes.map((note) => html`<li>${note}</li>`)}</ul>`}
</details>`;
}

const contrast = ({ name, metric, ratio, verdict }: Contrast): Markup =>
  html`<tr><th scope="row" lang="en">${name}<small>${metric}</small></th>${estimateCell(ratio, 'change')}<td>${verdictName(verdict)}</td></tr>`;

function fact({ name, unit, value, note }: FactRow): Markup {
  const { estimate, low, high } = value;
  const limits =
    low === null || high === null ? '' : ` (${formatNumber(low)} … ${formatNumber(high)}${unit && ` ${unit}`})`;
  return html`<tr><th scope="row" lang="en">${name}</th><td class="number">${formatNumber(estimate)} ${unit}<small>${limits}</small></td><td class="note" lang="en">${note}</td></tr>`;
}
