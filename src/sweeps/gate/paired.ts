import type { GateVerdict, MetricVerdict } from '../../core/gate-verdict.js';
import { minimumDetectableEffect } from '../../stats/minimum-effect.js';
import type { PairOrder } from '../trials/pair-order.js';
import { type Corrected, withoutPosition } from '../trials/position-effect.js';
import { DEFAULT_GATE_RULE, type GateRule, sequentialVerdict } from './rule.js';

export type { GateOutcome, GateVerdict } from '../../core/gate-verdict.js';

/** The paired gate: baseline and candidate measured now, on this machine, a fair coin for the order inside each pair. */

export type GateMetric = {
  name: string;
  better: 'higher' | 'lower';
  /** Its own margin, a share; the rule's when left out. */
  margin?: number;
};

/** Metric name → value of one trial; null or missing when the trial did not give it. */
export type GateArm = Readonly<Record<string, number | null | undefined>>;

export type GatePair = {
  baseline: GateArm;
  candidate: GateArm;
  /** Which came first. Where every pair says so, what only the place in the pair explains is taken out. */
  order?: PairOrder;
  /** Run again because the signals of void-pairs.ts, blind to arms and values, showed a disturbance. */
  isVoid?: boolean;
};

export type GateOptions = Partial<GateRule> & {
  /** At least one; all of them share alpha. */
  metrics: readonly GateMetric[];
  /** Hard fields in which this machine differs from the baseline's, by name. */
  fingerprintDifferences?: readonly string[];
};

/** A baseline that gives no number more often than this is not what is to be compared with. */
const MOST_WITHOUT_NUMBER = 0.5;
/** Pairs without a number are run again, up to this multiple of the largest look. */
const ATTEMPT_CEILING = 1.5;
/** Pairs so wild that even the last look would only show a loss this many times the margin are not worth going on with. */
const WILD_MARGINS = 3;
const POWER = 0.9;
/** A candidate that gives no number this often, while the baseline always does, is broken, not slow. */
const FAILURES_TO_FAIL = 3;

/** The verdict on the pairs so far. Pure: the same pairs give the same verdict, so a gate can go on after an interruption. */
export function gateVerdict(pairs: readonly GatePair[], options: GateOptions): GateVerdict {
  const rule = ruleOf(options);
  const valid = pairs.filter((pair) => isValid(pair, options.metrics));
  const correct = correctionOf(valid);
  const alphaPerLook = rule.alpha / (rule.looks.length * options.metrics.length);
  const metrics = Object.fromEntries(
    options.metrics.map((metric) => {
      const gains = valid.map((pair) => gain(pair, metric));
      return [metric.name, sequentialVerdict(gains, rule, marginLog(metric, rule.margin), alphaPerLook, correct)];
    }),
  );
  const state = { metrics, validPairs: valid.length, voidPairs: pairs.length - valid.length, alphaPerLook };
  const unfit = whyUnfit(options);
  if (unfit.length > 0) return { verdict: 'INVALID', reasons: unfit, nextLook: null, ...state };
  const broken = whyBroken(pairs, options.metrics);
  if (broken) return { verdict: 'FAIL', reasons: [broken], nextLook: null, ...state };
  const counted = pairs.filter((pair) => pair.isVoid !== true);
  const unmeasured = whyUnmeasured(counted, options.metrics, rule.looks[0]!);
  if (unmeasured) return { verdict: 'INVALID', reasons: [unmeasured], nextLook: null, ...state };
  const attemptsLeft = Math.floor(rule.looks.at(-1)! * ATTEMPT_CEILING) - counted.length;
  const combined = combine(metrics, valid.length, attemptsLeft);
  const wild = combined.nextLook === null ? [] : whyWild(metrics, options.metrics, rule, alphaPerLook);
  if (wild.length > 0) return { verdict: 'INVALID', reasons: wild, nextLook: null, ...state };
  return { ...combined, ...state };
}

/** Looks for PASS alone come before the others: a rule with looks of its own keeps those that do. */
function ruleOf(options: GateOptions): GateRule {
  const rule = { ...DEFAULT_GATE_RULE, ...options };
  return { ...rule, passLooks: rule.passLooks.filter((pairs) => pairs < rule.looks[0]!) };
}

/** What is taken out of the gains of the first so many pairs before they are judged. */
const correctionOf =
  (valid: readonly GatePair[]) =>
  (gains: readonly number[]): Corrected | null => {
    const orders = valid.slice(0, gains.length).flatMap(({ order }) => order ?? []);
    return orders.length === gains.length ? withoutPosition(gains, orders) : { gains, mayPass: true };
  };

/** How many valid pairs to have before asking again; null when the gate is over. */
export const nextLook = (pairs: readonly GatePair[], options: GateOptions): number | null =>
  gateVerdict(pairs, options).nextLook;

const isWhole = (arm: GateArm, metrics: readonly GateMetric[]): boolean =>
  metrics.every(({ name }) => (arm[name] ?? 0) > 0);

const isValid = (pair: GatePair, metrics: readonly GateMetric[]): boolean =>
  pair.isVoid !== true && isWhole(pair.baseline, metrics) && isWhole(pair.candidate, metrics);

function gain(pair: GatePair, metric: GateMetric): number {
  const log = Math.log(pair.candidate[metric.name]! / pair.baseline[metric.name]!);
  return metric.better === 'higher' ? log : -log;
}

/** 5 % fewer tokens per second is a ratio of 0.95; a latency 5 % longer is 1.05, so the oriented logs differ a little. */
const marginLog = (metric: GateMetric, margin: number): number =>
  metric.better === 'higher' ? Math.log1p(-(metric.margin ?? margin)) : -Math.log1p(metric.margin ?? margin);

function whyBroken(pairs: readonly GatePair[], metrics: readonly GateMetric[]): string | null {
  const failures = pairs.filter((pair) => !isWhole(pair.candidate, metrics)).length;
  if (failures < FAILURES_TO_FAIL || pairs.some((pair) => !isWhole(pair.baseline, metrics))) return null;
  return `The candidate gave no number in ${failures} of ${pairs.length} pairs; the baseline always did.`;
}

const whyUnfit = ({ fingerprintDifferences: different = [] }: GateOptions): string[] =>
  different.length === 0 ? [] : [`This is another machine or build than the baseline's: ${different.join(', ')}.`];

function whyUnmeasured(pairs: readonly GatePair[], metrics: readonly GateMetric[], firstLook: number): string | null {
  const without = pairs.filter((pair) => !isWhole(pair.baseline, metrics)).length;
  return pairs.length >= firstLook && without > MOST_WITHOUT_NUMBER * pairs.length
    ? `The baseline gave no number in ${without} of ${pairs.length} pairs.`
    : null;
}

/** The pairs themselves say whether this machine can decide: a neighbour that disturbs both arms alike does no harm. */
function whyWild(
  verdicts: Record<string, MetricVerdict>,
  metrics: readonly GateMetric[],
  { looks, margin }: GateRule,
  alpha: number,
): string[] {
  const last = looks.at(-1)!;
  // A spread of ten pairs is too rough to give up on.
  const from = looks[1] ?? last;
  return metrics.flatMap((metric) => {
    const { pairs, spread } = verdicts[metric.name]!;
    const limit = metric.margin ?? margin;
    if (spread === null || pairs < from || limit === 0) return [];
    const seen = minimumDetectableEffect({ sdOfDifferences: spread, pairs: last, alpha, power: POWER, margin: limit });
    if (seen === null || seen <= WILD_MARGINS * limit) return [];
    return [
      `${metric.name}: pairs of the same two differ by ${percent(spread)}, so that even ${last} pairs would only show a loss of ${percent(seen)}. Run it when nothing else is on the machine, on fewer threads (one CPU left free), or with a wider --margin.`,
    ];
  });
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function combine(
  metrics: Record<string, MetricVerdict>,
  validPairs: number,
  attemptsLeft: number,
): Pick<GateVerdict, 'verdict' | 'reasons' | 'nextLook'> {
  const entries = Object.entries(metrics);
  const failed = entries.filter(([, m]) => m.verdict === 'FAIL');
  if (failed.length > 0) return { verdict: 'FAIL', reasons: failed.map(failReason), nextLook: null };
  const open = entries.filter(([, m]) => m.verdict === 'INCONCLUSIVE');
  if (open.length === 0) return { verdict: 'PASS', reasons: entries.map(passReason), nextLook: null };
  const wanted = Math.min(...open.map(([, m]) => m.nextLook ?? Infinity));
  const canGoOn = Number.isFinite(wanted) && wanted - validPairs <= attemptsLeft;
  const reasons = open.map(openReason);
  if (Number.isFinite(wanted) && !canGoOn) reasons.push('Too many pairs were void to reach the next look.');
  return { verdict: 'INCONCLUSIVE', reasons, nextLook: canGoOn ? wanted : null };
}

const failReason = ([name, m]: [string, MetricVerdict]): string =>
  `${name} is worse by ${percent(1 - m.ratio!)} after ${m.pairs} pairs; at least ${percent(1 - m.failLimit!)} is sure.`;

const passReason = ([name, m]: [string, MetricVerdict]): string =>
  `${name} is within the margin after ${m.pairs} pairs: worse by at most ${percent(Math.max(0, 1 - m.passLimit!))}.`;

const openReason = ([name, m]: [string, MetricVerdict]): string =>
  m.pairs === 0
    ? `${name}: too few pairs to say anything yet.`
    : `${name}: ${m.pairs} pairs show neither a loss nor its absence (ratio ${m.ratio!.toFixed(3)}${m.minimumDetectable === null ? '' : `; they can show ${percent(m.minimumDetectable)}`}).`;
