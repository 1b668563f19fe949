import type { MetricVerdict } from '../../core/gate-verdict.js';
import { shiftEstimate } from '../../stats/hodges-lehmann.js';
import { minimumDetectableEffect } from '../../stats/minimum-effect.js';
import { MAD_TO_SD, medianAbsoluteDeviation, standardDeviation } from '../../stats/sample.js';
import type { Corrected } from '../trials/position-effect.js';

export type { MetricVerdict } from '../../core/gate-verdict.js';

/**
 * The sequential rule for one metric of the paired gate. It looks at the pairs a few times only, and each look spends its
 * share of alpha, so that looking early cannot raise the rate of false alarms (Bonferroni over looks and metrics).
 */
export type GateRule = {
  /** False-alarm rate of the whole gate, all looks and metrics together. */
  alpha: number;
  /** The loss that matters, a share. */
  margin: number;
  /** Numbers of pairs at which the rule looks, ascending. */
  looks: readonly number[];
  /** Numbers of pairs, before the looks, at which it looks for PASS alone: these spend nothing of alpha. */
  passLooks: readonly number[];
};

export const DEFAULT_GATE_RULE: GateRule = { alpha: 0.01, margin: 0.05, looks: [10, 14, 20, 30], passLooks: [6, 8] };

/** One-sided level of the limit that must clear the margin for PASS. Stopping early for "no change" cannot raise alarms. */
const PASS_ALPHA = 0.05;
const POWER = 0.9;

/** When the rule looks, and what it asks for there. */
export type Looks = Pick<GateRule, 'looks' | 'passLooks'>;

/**
 * @param gains log-ratios in the order measured, candidate over baseline, oriented so that below 0 is worse
 * @param marginLog the log-ratio at the margin, below or at 0
 * @param alpha what one look of this metric may spend; a look for PASS alone spends nothing
 * @param correct what is taken out of the gains of a look before they are judged; null where they cannot be judged yet
 */
export function sequentialVerdict(
  gains: readonly number[],
  { looks, passLooks }: Looks,
  marginLog: number,
  alpha: number,
  correct: (gains: readonly number[]) => Corrected | null = (gains) => ({ gains, mayPass: true }),
): MetricVerdict {
  const all = [
    ...passLooks.map((pairs) => ({ pairs, spends: 0 })),
    ...looks.map((pairs) => ({ pairs, spends: alpha })),
  ];
  let seen = undecided(marginLog, all[0]?.pairs ?? null);
  for (const [k, { pairs, spends }] of all.entries()) {
    if (gains.length < pairs) break;
    const nextLook = all[k + 1]?.pairs ?? null;
    const corrected = correct(gains.slice(0, pairs));
    seen = corrected ? lookAt(corrected, marginLog, spends, nextLook) : { ...seen, nextLook };
    if (seen.verdict !== 'INCONCLUSIVE') break;
  }
  return seen;
}

const undecided = (marginLog: number, nextLook: number | null): MetricVerdict => ({
  verdict: 'INCONCLUSIVE',
  pairs: 0,
  nextLook,
  ratio: null,
  failLimit: null,
  passLimit: null,
  marginRatio: Math.exp(marginLog),
  minimumDetectable: null,
  spread: null,
});

function lookAt(
  { gains, mayPass }: Corrected,
  marginLog: number,
  alpha: number,
  nextLook: number | null,
): MetricVerdict {
  const shift = shiftEstimate(gains);
  const upper = shift.upperAt(alpha);
  const lower = shift.lowerAt(PASS_ALPHA);
  const isLoss = upper < 0 && shift.estimate <= marginLog;
  const verdict = isLoss ? 'FAIL' : mayPass && lower > marginLog ? 'PASS' : 'INCONCLUSIVE';
  return {
    verdict,
    pairs: gains.length,
    nextLook: verdict === 'INCONCLUSIVE' ? nextLook : null,
    ratio: Math.exp(shift.estimate),
    failLimit: Number.isFinite(upper) ? Math.exp(upper) : null,
    passLimit: Number.isFinite(lower) ? Math.exp(lower) : null,
    marginRatio: Math.exp(marginLog),
    minimumDetectable: minimumDetectableEffect({
      sdOfDifferences: standardDeviation(gains),
      pairs: gains.length,
      alpha,
      power: POWER,
      margin: -Math.expm1(marginLog),
    }),
    spread: MAD_TO_SD * medianAbsoluteDeviation(gains),
  };
}
