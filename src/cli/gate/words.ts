import { candidateLabel } from '../../core/candidate.js';
import { formatBytes, formatChange, formatDuration } from '../../core/units.js';
import { GATE_METRICS } from '../../runs/gate/metrics.js';
import { pairChanges, sideMedian } from '../../runs/gate/pair-changes.js';
import type { GateResult } from '../../runs/gate/result.js';
import type { MetricVerdict } from '../../sweeps/gate/rule.js';
import { reachOf, sparkline } from './sparkline.js';

/** What terminal, comment and CI say of a gate in the same words. */

export const percent = (share: number | null): string =>
  share === null ? 'not known' : `${(share * 100).toFixed(1)} %`;
export const change = (ratio: number | null): string => (ratio === null ? 'not known' : formatChange(ratio));

/** The one line on stderr. */
export const gateLine = (result: GateResult): string =>
  `gate ${result.verdict}${result.isBlocking ? '' : ' (advisory)'}: ${result.reasons.join(' ')}`;

/** The first line of a comment: what to do, before any number. */
export function whatToDo({ verdict, isBlocking, mode }: GateResult): string {
  if (verdict === 'PASS') return 'nothing to do';
  if (verdict === 'FAIL' && !isBlocking) return 'look at it; it does not block';
  if (verdict === 'FAIL' && mode === 'history')
    return 'find the loss in the commits named below, or accept the level with --accept';
  if (verdict === 'FAIL' && mode === 'exact') return 'undo what changed, or commit a new baseline with it';
  if (verdict === 'FAIL')
    return 'find the loss in this change, or tune again and commit the new profile as the baseline';
  if (verdict === 'INCONCLUSIVE' && (mode === 'stored' || mode === 'history'))
    return 'nothing to do; the history is still short';
  if (verdict === 'INCONCLUSIVE') return 'no verdict; run it again, with nothing else on the machine';
  return 'no verdict on this change; the reason below says what would help';
}

/** A value of a metric with its unit. */
export function valueText(metric: string, value: number | null): string {
  if (value === null) return 'not known';
  const { unit } = GATE_METRICS[metric]!;
  if (unit === 'bytes') return formatBytes(value);
  return unit === 'ms' ? formatDuration(value) : `${value.toPrecision(3)} ${unit}`;
}

/** One metric of a paired gate in texts, in the order of a table's columns. */
export function metricCells(result: GateResult, name: string, m: MetricVerdict): string[] {
  const side = (of: 'baseline' | 'candidate'): string => valueText(name, sideMedian(result.pairs, of, name));
  const sure = [m.passLimit, m.failLimit].map(change).join(' … ');
  return [name, m.verdict, side('baseline'), side('candidate'), change(m.ratio), sure, percent(m.minimumDetectable)];
}
export const METRIC_COLUMNS = ['Metric', 'Verdict', 'Baseline', 'Candidate', 'Change', 'Sure', 'Detectable loss'];

/** What the columns of `metricCells` leave open. */
export const COLUMNS_NOTE =
  'Change: median of the pairs, below 0 is worse, whatever the metric. Sure: at least (95 %) … at most (level of the gate).';

/** The pairs of each metric as a line of bars, with what its ends mean. */
export const pairLines = (result: GateResult): { name: string; bars: string; scale: string }[] =>
  result.metrics.flatMap((name) => {
    const changes = pairChanges(result.pairs, name);
    if (changes.length === 0) return [];
    const reach = reachOf(changes, result.margin);
    return [{ name, bars: sparkline(changes, reach), scale: `▁ ${change(1 - reach)}, █ ${change(1 + reach)}` }];
  });

/** How many pairs there were, and how long all of it took. */
export function pairsText({ pairs, startedAt, finishedAt }: GateResult): string {
  const repeated = pairs.filter(({ isVoid }) => isVoid).length;
  const disturbed = repeated === 0 ? '' : `, ${repeated} more disturbed and run again`;
  const took = formatDuration(Date.parse(finishedAt) - Date.parse(startedAt));
  return `${pairs.length - repeated} pairs count${disturbed}; ${took} in all.`;
}

/** Both configurations; one where they are the same. */
export function sidesText({ baseline, candidate }: GateResult, quote: (text: string) => string): string {
  const [before, now] = [candidateLabel(baseline.candidate), candidateLabel(candidate.candidate)].map(quote);
  return before === now ? `Baseline and candidate: ${before}` : `Baseline: ${before} · candidate: ${now}`;
}

const annotationText = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** A GitHub Actions annotation, or null when there is nothing to point at. */
export function gateAnnotation(result: GateResult): string | null {
  if (result.verdict === 'PASS') return null;
  const level = result.verdict === 'FAIL' && result.isBlocking ? 'error' : 'warning';
  return `::${level} title=r1-tune gate ${result.verdict}::${annotationText(result.reasons.join(' '))}`;
}

/** The history of each metric in texts, in the order of a table's columns. */
export const historyCells = ({ history }: GateResult): string[][] =>
  Object.entries(history ?? {}).map(([name, { verdict, levels, ratio, builds }]) => {
    const value = (level: { centre: number } | undefined): string => valueText(name, level?.centre ?? null);
    return [
      name,
      verdict,
      String(builds.length),
      String(levels.length - 1),
      value(levels[0]),
      value(levels.at(-1)),
      ratio === null ? '–' : change(ratio),
    ];
  });
export const HISTORY_COLUMNS = [
  'Metric',
  'Verdict',
  'Builds',
  'Changes',
  'First level',
  'Level now',
  'Against the best',
];

/** The builds of each metric as a line of bars, oldest first. */
export const historyLines = ({ history, margin }: GateResult): { name: string; bars: string; scale: string }[] =>
  Object.entries(history ?? {}).flatMap(([name, { builds, levels }]) => {
    if (builds.length < 2) return [];
    const higherIsBetter = GATE_METRICS[name]!.better === 'higher';
    const first = levels[0]!.centre;
    const changes = builds.map(({ value }) => ({
      ratio: higherIsBetter ? value / first : first / value,
      isVoid: false,
    }));
    const reach = reachOf(changes, margin);
    return [
      {
        name,
        bars: sparkline(changes, reach),
        scale: `▁ ${change(1 - reach)}, █ ${change(1 + reach)} of the first level`,
      },
    ];
  });
