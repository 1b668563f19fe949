import { CHARTS } from '../charts/index.js';
import { formatValue } from '../page/format.js';
import { type TextKey, t } from '../texts/index.js';
import { estimateText } from '../texts/interval-text.js';
import { same } from '../texts/text.js';
import type { ReportView } from '../view/view.js';
import { figure } from './figure.js';
import { columnHeads, section } from './finding-sections.js';
import { html, type Markup } from './html.js';

const LIMITS = {
  bandwidth: 'limitBandwidth',
  quota: 'limitQuota',
  threads: 'limitThreads',
  unknown: 'limitUnknown',
} as const;

/** What limits the recommended configuration, what other memory would give, and what its memory is. */
export function limitsSection(view: ReportView): Markup | null {
  if (!view.answer.chosen) return null;
  const { limit, share } = view.limits;
  const reached = share ? { share: estimateText(share.share, 'share') } : {};
  return section(
    'limits',
    html`<p class="finding">${t(LIMITS[limit], reached)}</p>${hardwareTable(view)}${memoryTable(view)}${tokenTimes(view)}`,
  );
}

function hardwareTable({ limits: { hardware, share } }: ReportView): Markup | null {
  if (hardware.length === 0 || !share) return null;
  const rows = hardware.map(
    ({ memory, tokensPerSecond }) =>
      html`<tr><th scope="row">${memory.name}</th><td class="number">${formatValue('bandwidth', memory.bytesPerSecond)}</td><td class="number">≤ ${formatValue('rate', tokensPerSecond / share.share.estimate)}</td><td class="number">${formatValue('rate', tokensPerSecond)}</td></tr>`,
  );
  const numbers = ['colBandwidth', 'colAtMost', 'colAtShare'] as const;
  return html`<h3>${t('hardware')}</h3><p>${t('hardwareLead', { share: formatValue('share', share.share.estimate) })}</p>
<div class="scroll"><table>${columnHeads(['colMemoryKind', ...numbers], numbers)}<tbody>${rows}</tbody></table></div>`;
}

const PARTS = { weights: 'partWeights', kv: 'partKv', rest: 'partRest' } as const satisfies Record<string, TextKey>;

function memoryTable({ limits: { memory, isMapped }, answer, run }: ReportView): Markup | null {
  const peak = answer.chosen?.peakRssBytes;
  if (memory.length === 0 || !peak) return null;
  const note = {
    weights: isMapped ? t('weightsMapped') : t('weightsRead'),
    kv: t('kvNote', { tokens: run.plan.contextTokens }),
    rest: t('restNote'),
  };
  const rows = memory.map(
    ({ part, bytes }) =>
      html`<tr><th scope="row">${t(PARTS[part])}</th><td class="number">${formatValue('bytes', bytes)}</td><td class="number">${formatValue('share', bytes / peak)}</td><td class="note">${note[part]}</td></tr>`,
  );
  return html`<h3>${t('memoryParts')}</h3>
<div class="scroll"><table>${columnHeads(['colWhat', 'colMemory', 'colShare', 'colNote'], ['colMemory', 'colShare'])}<tbody>${rows}</tbody></table></div>`;
}

function tokenTimes(view: ReportView): Markup | null {
  const [first] = view.tokenTimes;
  const chart = figure(CHARTS.tokenTimes(view));
  if (!first || !chart) return null;
  const values = { p50: first.p50, p95: first.p95, p99: first.p99 };
  const parts = Object.fromEntries(Object.entries(values).map(([name, ms]) => [name, formatValue('ms', ms)]));
  const who = first.configuration === view.answer.chosen ? t('chosen') : t('default');
  return html`<h3>${t('tokenTimes')}</h3><p class="finding">${t('tokenTimesFinding', { ...parts, who, tokens: same(formatValue('count', first.tokens)) })}</p>${chart}`;
}
