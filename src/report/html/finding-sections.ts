import { speedOf } from '../../core/answer-speed.js';
import { effectName } from '../charts/effects-chart.js';
import { CHARTS } from '../charts/index.js';
import { formatValue } from '../page/format.js';
import { speedKey } from '../texts/answer-text.js';
import { comparisonName, comparisonNote } from '../texts/comparison-text.js';
import { type TextKey, t } from '../texts/index.js';
import { estimateText } from '../texts/interval-text.js';
import { joined, type Text } from '../texts/text.js';
import { chineseWarning } from '../texts/warning-texts.js';
import { bandwidthShare } from '../view/bandwidth-share.js';
import { labelText, levelName } from '../view/label.js';
import type { Curve } from '../view/thread-curves.js';
import type { ReportView } from '../view/view.js';
import { estimateCell } from './estimate.js';
import { figure } from './figure.js';
import { html, type Markup } from './html.js';

/** A section with a heading that the contents can point at. */
export function section(id: TextKey, body: Markup): Markup {
  return html`<section id="${id}"><h2>${t(id)}</h2>
${body}
</section>`;
}

export const columnHeads = (keys: readonly TextKey[], numbers: readonly TextKey[] = []): Markup =>
  html`<thead><tr>${keys.map(
    (key) => html`<th scope="col" class="${numbers.includes(key) ? 'number' : ''}">${t(key)}</th>`,
  )}</tr></thead>`;

const finding = (text: Text): Markup => html`<p class="finding">${text}</p>`;

export function warningsSection({ run }: ReportView): Markup | null {
  const names = { serious: 'severitySerious', warning: 'severityWarning', info: 'severityInfo' } as const;
  const order = Object.keys(names);
  const sorted = [...run.warnings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  if (sorted.length === 0) return null;
  return section(
    'warnings',
    html`<ul class="warnings">${sorted.map(
      ({ code, severity, message, mend }) =>
        html`<li class="notice ${severity}"><b>${t(names[severity])}</b> ${inChinese(code)}<span lang="en">${message}${mend && html` <em>${mend}</em>`}</span></li>`,
    )}</ul>`,
  );
}

function inChinese(code: string): Markup | null {
  const text = chineseWarning(code);
  return text === null ? null : html`<span class="l-zh" lang="zh-CN">${text} </span>`;
}

export function comparisonsSection(view: ReportView): Markup {
  const speed = speedKey(view.run.plan);
  const rows = view.comparisons.map(
    (row) =>
      html`<tr><th scope="row">${comparisonName(row, view)}${row.configuration && html`<small>${labelText(row.configuration.candidate)}</small>`}</th>${
        row.ratio ? estimateCell(row.ratio, 'change') : html`<td class="number note">${comparisonNote(row)}</td>`
      }${estimateCell(row.configuration && speedOf(row.configuration, view.run.plan), 'rate')}</tr>`,
  );
  return section(
    'comparisons',
    html`<p>${t('comparisonsLead')}</p>
${figure(CHARTS.comparison(view))}
<div class="scroll"><table>${columnHeads(['colSetting', 'colAgainstDefault', speed], ['colAgainstDefault', speed])}<tbody>${rows}</tbody></table></div>`,
  );
}

export function threadsSection(view: ReportView): Markup {
  const decode = figure(CHARTS.decode(view));
  const prefill = figure(CHARTS.prefill(view));
  if (!decode && !prefill) return section('threads', html`<p>${t('noCurve')}</p>`);
  return section(
    'threads',
    html`${kneeFinding(view, 'decode')}${rooflineFinding(view)}${decode}${kneeFinding(view, 'prefill')}${prefill}
<p class="small">${t('curveNote')}</p>`,
  );
}

/** The curve of the recommended level, else the first. */
function mainCurve({ answer, curves }: ReportView, phase: 'decode' | 'prefill'): Curve | undefined {
  const chosen = answer.chosen?.candidate;
  return (
    curves[phase].find(
      ({ backend, quant, isRecommended }) => backend === chosen?.backend && quant === chosen.quant && !isRecommended,
    ) ?? curves[phase][0]
  );
}

const fastest = (curve: Curve): Curve['points'][number] =>
  curve.points.reduce((a, b) => (b.rate.estimate > a.rate.estimate ? b : a));

function kneeFinding(view: ReportView, phase: 'decode' | 'prefill'): Markup | null {
  const curve = mainCurve(view, phase);
  if (!curve?.kneeThreads) return null;
  return finding(
    t('kneeFinding', {
      ...{ curve: levelName(curve), threads: curve.kneeThreads, best: estimateText(fastest(curve).rate, 'rate') },
      phase: t(phase === 'decode' ? 'phaseDecode' : 'phasePrefill'),
    }),
  );
}

/** How near the recommended configuration comes to what bandwidth allows, and the default beside it. */
function rooflineFinding(view: ReportView): Markup | null {
  const { chosen, reference } = view.answer;
  const best = chosen && bandwidthShare(view, chosen);
  if (!chosen || !best) return null;
  const before = reference && reference !== chosen ? bandwidthShare(view, reference) : null;
  const shares = [best, ...(before ? [before] : [])].map(({ share }) => share.estimate);
  return finding(
    joined([
      t('rooflineFinding', {
        ...{ curve: levelName(chosen.candidate), threads: chosen.candidate.threads },
        ...{ limit: formatValue('rate', best.limit), rate: formatValue('rate', best.rate.estimate) },
        share: estimateText(best.share, 'share'),
      }),
      ...(before
        ? [
            t('rooflineDefault', {
              rate: formatValue('rate', before.rate.estimate),
              share: estimateText(before.share, 'share'),
            }),
          ]
        : []),
      ...(Math.max(...shares) > 1 ? [t('rooflineAbove')] : []),
    ]),
  );
}

export function bandwidthSection(view: ReportView): Markup {
  const { bandwidth, memory } = { ...view.run.machine };
  const chart = figure(CHARTS.bandwidth(view));
  if (!bandwidth || !chart) return section('bandwidth', html`<p>${t('bandwidthNone')}</p>`);
  const { maxBytesPerSecond, kneeThreads, points } = bandwidth;
  const theoretical = memory.theoreticalBytesPerSecond.value;
  return section(
    'bandwidth',
    html`${
      maxBytesPerSecond !== null &&
      kneeThreads !== null &&
      finding(
        t('bandwidthFinding', {
          ...{ max: formatValue('bandwidth', maxBytesPerSecond), threads: kneeThreads },
          fastest: formatValue('bandwidth', Math.max(...points.map((point) => point.bestBytesPerSecond))),
        }),
      )
    }${chart}
<ul class="small"><li>${t('bandwidthMedian')}</li>${theoretical !== null && html`<li>${t('theoretical', { value: formatValue('bandwidth', theoretical) })}</li>`}${bandwidth.notes.map(
      (note) => html`<li lang="en">${note}</li>`,
    )}</ul>`,
  );
}

export function effectsSection(view: ReportView): Markup {
  if (view.effects.length === 0) return section('effects', html`<p>${t('effectsNone')}</p>`);
  const rows = view.effects.map(
    (effect) =>
      html`<tr><th scope="row">${effectName(effect)}</th>${estimateCell(effect.ratio, 'change')}<td class="number">${effect.ratio.n}</td></tr>`,
  );
  return section(
    'effects',
    html`${nilEffects(view)}<p>${t('effectsLead')}</p>${figure(CHARTS.effects(view))}
<div class="scroll"><table>${columnHeads(['colKnob', 'colChange', 'colTrials'], ['colChange', 'colTrials'])}<tbody>${rows}</tbody></table></div>`,
  );
}

/** Where turning a knob is shown to change nothing that anybody would notice. */
const NIL = 0.02;

function nilEffects({ effects }: ReportView): Markup | null {
  const nil = effects.filter(
    ({ ratio: { low, high } }) => low !== null && high !== null && low > 1 - NIL && high < 1 + NIL,
  );
  if (nil.length === 0) return null;
  return finding(t('effectsNil', { knobs: joined(nil.map(effectName), { en: '; ', zh: '；' }) }));
}

export function contextSection(view: ReportView): Markup | null {
  const chosen = view.context.find(({ isChosen }) => isChosen);
  const last = chosen?.points.find(({ tokens }) => tokens === 32768) ?? chosen?.points.at(-1);
  if (!chosen || !last) return null;
  const rows = view.context.flatMap(({ kvType, points }) =>
    points.map(
      ({ tokens, kvBytes, speedShare }) =>
        html`<tr><th scope="row">${kvType}</th><td class="number">${formatValue('count', tokens)}</td><td class="number">${formatValue('bytes', kvBytes)}</td><td class="number">≤ ${formatValue('share', speedShare)}</td></tr>`,
    ),
  );
  return section(
    'context',
    html`${finding(
      t('contextFinding', {
        ...{ tokens: formatValue('count', last.tokens), type: chosen.kvType },
        ...{ bytes: formatValue('bytes', last.kvBytes), share: formatValue('share', last.speedShare) },
      }),
    )}<p>${t('contextLead')}</p>${figure(CHARTS.context(view), false)}
<details class="data"><summary>${t('chartData')}</summary><div class="scroll"><table>${columnHeads(
      ['colKnob', 'colContext', 'kvSize', 'speedLeft'],
      ['colContext', 'kvSize', 'speedLeft'],
    )}<tbody>${rows}</tbody></table></div></details>`,
  );
}

export function startUpSection(view: ReportView): Markup {
  const findings = view.startUp.warmUps.map(({ backend, steadyAfter }) => {
    const cold = view.startUp.coldFirstToken.find((one) => one.backend === backend);
    if (!cold) return null;
    const parts = {
      ...{ backend, step: (steadyAfter ?? 0) + 1, trials: cold.trials, ms: formatValue('ms', cold.firstTokenMs) },
      ...{ low: formatValue('ms', cold.low), high: formatValue('ms', cold.high) },
    };
    return finding(t(steadyAfter === null ? 'warmUpNever' : 'warmUpFinding', parts));
  });
  return section(
    'startUp',
    html`${findings}${figure(CHARTS.load(view))}${figure(CHARTS.warmUp(view))}<p class="small">${t('warmUpNote')}</p>`,
  );
}

/** Where the time of the run went. */
function timeText({ run: { time } }: ReportView): Text[] {
  if (!time) return [];
  const whole = time.tokensMs + time.loadMs + time.repeatedMs + time.otherMs;
  if (whole === 0) return [];
  const share = (ms: number): string => formatValue('share', ms / whole);
  const { tokensMs, loadMs, repeatedMs, otherMs } = time;
  return [
    t('timeSplit', {
      ...{ tokens: share(tokensMs), load: share(loadMs) },
      ...{ repeated: share(repeatedMs), other: share(otherMs) },
    }),
  ];
}

export function noiseSection(view: ReportView): Markup {
  const { pairedSd, voidedTrials, stealShare, trialsPerPoint } = view.noise;
  const chart = figure(CHARTS.noise(view));
  return section(
    'noise',
    html`${finding(
      joined([
        ...(pairedSd === null ? [] : [t('noiseScatter', { sd: formatValue('share', pairedSd) })]),
        t('noiseVoided', { voided: voidedTrials }),
        ...timeText(view),
        ...(stealShare === null ? [] : [t('noiseSteal', { steal: formatValue('share', stealShare) })]),
      ]),
    )}${chart ?? html`<p>${t('noiseNone')}</p>`}${
      trialsPerPoint > 1 && html`<p class="small">${t('noiseThinned', { trials: trialsPerPoint })}</p>`
    }`,
  );
}
