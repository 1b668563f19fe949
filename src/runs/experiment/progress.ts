import type { Trial } from '../../core/experiment.js';
import type { Emit } from '../events.js';

/** Counts trials and time, and tells of each trial as it begins. Between trials only, never inside one. */
export type Progress = {
  start(trial: Trial): void;
  done(wallMs: number): void;
};

export function trackProgress(emit: Emit, expected: { trials: number; ms: number }): Progress {
  let finished = 0;
  let spentMs = 0;
  return {
    start(trial) {
      const left = Math.max(0, expected.trials - finished);
      const meanMs = finished >= 3 ? spentMs / finished : expected.ms / Math.max(1, expected.trials);
      emit({ type: 'trial', trial, done: finished, left, leftMs: left * meanMs });
    },
    done(wallMs) {
      finished++;
      spentMs += wallMs;
    },
  };
}
