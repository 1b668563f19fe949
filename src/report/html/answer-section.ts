import { answerMs, speedOf } from '../../core/answer-speed.js';
import type { Interval } from '../../core/interval.js';
import type { Configuration } from '../../core/run-result.js';
import { shellWord } from '../../core/shell-word.js';
import { type FormatName, formatValue } from '../page/format.js';
import { headlineInterval, headlineText, proofText, speedKey } from '../texts/answer-text.js';
import { t } from '../texts/index.js';
import { estimateText } from '../texts/interval-text.js';
import { knobText } from '../texts/knob-text.js';
import { neighbourText } from '../texts/neighbour-text.js';
import { joined, same, type Text } from '../texts/text.js';
import type { Ranked } from '../view/answer.js';
import { labelText } from '../view/label.js';
import type { ReportView } from '../view/view.js';
import { card, estimateCell, intervalCard } from './estimate.js';
import { columnHeads } from './finding-sections.js';
import { html, type Markup, verbatim } from './html.js';

export function answerSection(view: ReportView): Markup {
  const { answer, run } = view;
  const interval = headlineInterval(view);
  const beside = neighbourText(view);
  return html`<section id="answer" class="answer ${answer.verdict}">
<h1>${headlineText(view)}${interval && html` <span class="interval">(${interval})</span>`}</h1>
<p class="proof">${proofText(view)}</p>
${beside && html`<p class="proof">${beside}</p>`}
${answer.chosen && html`<p>${changesText(view)}</p>`}
${run.status === 'cut' && html`<p class="notice warning">${t('cutRun')}</p>`}
${view.isSynthetic && html`<p class="notice info">${t('synthetic')}</p>`}
${serve(view)}
${price(view)}
${ranking(view)}
${goals(view)}
</section>`;
}

function changesText({ answer }: ReportView): Text {
  return answer.changes.length
    ? t('changes', { changes: joined(answer.changes.map(knobText), { en: ', ', zh: '，' }) })
    : t('noChanges');
}

function serve({ answer, isSynthetic }: ReportView): Markup | null {
  if (!answer.serveCommand) return null;
  return html`<h2 class="answer-part">${t('serve')}</h2>
<div class="command"><pre id="serve-command"><code>${verbatim(answer.serveCommand)}</code></pre><button type="button" data-copy="serve-command">${t('copy')}</button></div>
${isSynthetic && html`<p class="small">${t('serveReal')}</p>`}`;
}

/** Speed, memory, quality and money of the recommended configuration. */
function price(view: ReportView): Markup | null {
  const { chosen } = view.answer;
  if (!chosen) return null;
  const { run } = view;
  const cost = view.costs.find(({ configuration }) => configuration === chosen)?.cost;
  const prompt = run.plan.workloads.full.promptTokens;
  const ttft = joined([t('ttft'), t('ttftNote', { tokens: prompt })], { en: ', ', zh: '，' });
  const trials = { trials: chosen.trials };
  const { promptTokens, generateTokens } = run.plan.request;
  const lengths = t('wholeAnswerNote', { prompt: promptTokens, generate: generateTokens });
  const wholeAnswer = joined([t('wholeAnswer'), lengths], { en: ', ', zh: '，' });
  return html`<h2 class="answer-part">${t('costs')}</h2>
<dl class="cards">
${measuredCard(t(speedKey(run.plan)), view, (one) => speedOf(one, run.plan), 'rate')}
${answerMs(chosen, run.plan) && measuredCard(wholeAnswer, view, (one) => answerMs(one, run.plan), 'ms')}
${run.plan.objective !== 'decode' && measuredCard(t('decode'), view, (one) => one.decodeTokensPerSecond, 'rate')}
${run.plan.objective !== 'prefill' && measuredCard(t('prefill'), view, (one) => one.prefillTokensPerSecond, 'rate')}
${measuredCard(ttft, view, (one) => one.ttftMs, 'ms')}
${streamsCard(chosen)}
${card(
  t('memory'),
  known(chosen.peakRssBytes, 'bytes'),
  t('largest', trials),
  besideDefault(view, ({ peakRssBytes }) => peakRssBytes, 'bytes'),
)}
${qualityCard(view)}
${intervalCard(t('load'), chosen.loadMs, 'ms')}
${card(t('cpuPerToken'), known(chosen.cpuSecondsPerToken, 'seconds'), t('median', trials))}
${intervalCard(t('price'), cost?.pricePerMillion ?? null, 'money', view.options.cost?.currency ?? '')}
${intervalCard(t('energy'), cost?.kilowattHoursPerMillion ?? null, 'kilowattHours')}
</dl>`;
}

/** An estimate of the recommended configuration, and that of the default settings beside it. */
function measuredCard(
  name: Text,
  view: ReportView,
  read: (configuration: Configuration) => Interval | null,
  format: FormatName,
): Markup {
  const beside = besideDefault(view, (one) => read(one)?.estimate ?? null, format);
  return intervalCard(name, read(view.answer.chosen!), format, '', beside);
}

/** The figure of the default settings, where they are not the recommendation themselves. */
function besideDefault(
  { answer: { reference, chosen } }: ReportView,
  read: (configuration: Configuration) => number | null,
  format: FormatName,
): Text | null {
  const value = reference && reference !== chosen ? read(reference) : null;
  return value === null ? null : t('besideDefault', { value: formatValue(format, value) });
}

/** Only where several streams were measured together. */
function streamsCard({ throughput }: Configuration): Markup | null {
  if (!throughput || throughput.streams < 2) return null;
  return intervalCard(t('streams', { streams: throughput.streams }), throughput.tokensPerSecond, 'rate');
}

const known = (value: number | null, format: 'bytes' | 'seconds'): Text =>
  value === null ? t('notAvailable') : same(formatValue(format, value));

function qualityCard({ answer, quantization, isSynthetic }: ReportView): Markup {
  const { backend, quant } = answer.chosen!.candidate;
  const quality = quantization.rows.find((row) => row.backend === backend && row.quant === quant)?.quality;
  if (quality?.top1Agreement != null)
    return card(
      t('quality'),
      formatValue('share', quality.top1Agreement),
      t('qualityNote', { tokens: formatValue('count', quality.tokens) }),
    );
  return card(
    t('quality'),
    t(quality ? 'notMeasurable' : 'notAvailable'),
    isSynthetic ? t('randomWeights') : (quality?.reason ?? null),
  );
}

/** More than these are in the table of configurations. */
const MOST_EQUALS = 8;

/** How the others compare with the recommended one, as far as they were measured. */
function ranking({ answer }: ReportView): Markup | null {
  const { equals, better, worse, unranked } = answer;
  const counts = [
    ...(worse > 0 ? [t('rankedWorse', { count: worse })] : []),
    ...(unranked > 0 ? [t('notRanked', { count: unranked })] : []),
  ];
  return html`${rankedList(t('equals'), equals)}${rankedList(t('better'), better)}${counts.length > 0 && html`<p class="small">${joined(counts)}</p>`}`;
}

function rankedList(heading: Text, rows: readonly Ranked[]): Markup | null {
  if (rows.length === 0) return null;
  return html`<h2 class="answer-part">${heading}</h2><ol class="equals">${rows
    .slice(0, MOST_EQUALS)
    .map(
      ({ configuration, ratio }) =>
        html`<li>${labelText(configuration.candidate)} <small>${estimateText(ratio, 'change')}, n = ${ratio.n}</small></li>`,
    )}</ol>`;
}

const GOALS = { latency: 'goalLatency', throughput: 'goalThroughput', 'small-memory': 'goalMemory' } as const;

/** What serves other goals better, each with the command that serves it. */
function goals({ run, runFolder }: ReportView): Markup | null {
  const rows = (run.goals ?? []).flatMap(({ goal, candidateId, evidence }) => {
    const one = run.configurations.find((configuration) => configuration.candidateId === candidateId);
    if (!one) return [];
    const command = `r1-tune serve --profile ${shellWord(`${runFolder}/best-${goal}.json`)}`;
    return html`<tr><th scope="row">${t(GOALS[goal])}<small>${labelText(one.candidate)}</small></th>${estimateCell(one.prefillTokensPerSecond, 'rate')}${estimateCell(one.throughput?.tokensPerSecond ?? one.decodeTokensPerSecond, 'rate')}<td class="number">${formatValue('bytes', one.peakRssBytes)}</td></tr>
<tr><td class="note" colspan="4"><code>${verbatim(command)}</code><br><span lang="en">${evidence}</span></td></tr>`;
  });
  if (rows.length === 0) return null;
  const numbers = ['prefill', 'colRate', 'colMemory'] as const;
  return html`<h2 class="answer-part">${t('goals')}</h2>
<div class="scroll"><table>${columnHeads(['colWhat', ...numbers], numbers)}<tbody>${rows}</tbody></table></div>`;
}
