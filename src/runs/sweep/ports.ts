import type { RunFolder } from '../../store/run-folder.js';
import type { SweepPorts } from '../../sweeps/sweep.js';
import type { Context } from '../context.js';
import { createMeasure, type MeasureSettings } from './measure.js';
import type { Progress } from './progress.js';

/** A pilot or a single configuration has no expectation yet: generous, so that a slow disk is not taken for a hang. */
export const FIRST_DEADLINE_MS = 15 * 60_000;

/** What a measuring loop works with: real children, the folder's log, the terminal. `progress` may change during a run. */
export function openPorts(
  context: Context,
  folder: RunFolder,
  progress: () => Progress | null,
  settings: Omit<MeasureSettings, 'host' | 'clock' | 'signal'>,
): SweepPorts {
  const { host, clock, signal, emit } = context;
  return {
    measure: createMeasure({ ...settings, host, clock, signal }),
    onOutcome: (outcome) => {
      folder.log.append(outcome);
      progress()?.done(outcome.wallMs);
    },
    onTrialStart: (trial) => progress()?.start(trial),
    onVoid: (phase, block, reasons) => emit({ type: 'repeat', phase, block, reasons }),
    clock,
    signal,
  };
}
