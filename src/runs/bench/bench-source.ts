import { R1Error } from '../../core/errors.js';
import type { Arm } from '../../core/experiment.js';
import type { Outcome } from '../../core/outcome.js';
import { countedTrials } from '../../sweeps/results/summarize.js';
import { nextPrecisionLook } from '../../sweeps/trials/precision-stop.js';
import type { Source } from '../experiment/run-blocks.js';

const decodeRates = (log: readonly Outcome[]): number[] =>
  countedTrials(log).map(({ metrics }) => metrics!.decodeTokensPerSecond);

/** One arm, again and again: `trials` times, or until its rate is known well enough. Throws NOTHING_VIABLE where it does not run. */
export const benchSource = (arm: Arm, trials: number | undefined): Source => ({
  owns: ({ phase }) => phase === 'bench',
  plannedTrials: Number.POSITIVE_INFINITY,
  next(log) {
    const failed = log.find(({ status }) => status !== 'measured');
    if (failed) throw new R1Error('NOTHING_VIABLE', `It did not run: ${failed.status}: ${failed.reason}`);
    const wanted = trials ?? nextPrecisionLook(decodeRates(log)) ?? 0;
    return log.length < wanted ? { phase: 'bench', number: log.length, arms: [arm] } : null;
  },
});
