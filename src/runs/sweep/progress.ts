import { candidateLabel } from '../../core/candidate.js';
import { formatDuration } from '../../core/units.js';
import type { Trial } from '../../sweeps/sweep.js';
import type { Console } from '../context.js';

/** Counts trials and time for the one progress line of a run. Painted between trials only, never inside one. */
export type Progress = {
  start(trial: Trial): void;
  done(wallMs: number): void;
};

export function trackProgress(console: Console, expected: { trials: number; ms: number }): Progress {
  let finished = 0;
  let spentMs = 0;
  return {
    start(trial) {
      const left = Math.max(0, expected.trials - finished);
      const meanMs = finished >= 3 ? spentMs / finished : expected.ms / Math.max(1, expected.trials);
      console.progress(
        `[${finished} done, about ${left} left, ${formatDuration(left * meanMs)}] ${trial.phase} ${trial.block + 1}: ${candidateLabel(trial.candidate)}`,
      );
    },
    done(wallMs) {
      finished++;
      spentMs += wallMs;
    },
  };
}
