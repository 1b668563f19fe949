import { R1Error } from '../../core/errors.js';
import type { Arm, Block } from '../../core/experiment.js';
import { listedBlocks } from '../experiment/listed-blocks.js';
import type { Source } from '../experiment/run-blocks.js';

const PILOTS = 5;
/** Steps recorded from a cold start, to see when they settle. */
const PILOT_STEPS = 96;

/** An arm from a cold start: a short prompt, many steps, nothing warmed up. */
export const coldArm = (arm: Arm): Arm => ({
  ...arm,
  workload: {
    ...arm.workload,
    promptTokens: 32,
    generateTokens: Math.min(PILOT_STEPS, arm.contextTokens - 64),
    warmUpPromptTokens: 0,
    warmUpGenerateTokens: 0,
  },
});

/** Pilots have blocks of their own, numbered below 0. */
export const isPilotBlock = (number: number): boolean => number < 0;

/** Cold pilots, then pairs of the arm with itself. Throws MACHINE_UNFIT where a trial does not run. */
export function calibrationSource(arm: Arm, pairs: number): Source {
  const block = (number: number, arms: Arm[]): Block => ({ phase: 'calibrate', number, arms });
  const twins = ['first', 'second'].map((name) => ({ ...arm, name }));
  const listed = listedBlocks([
    ...Array.from({ length: PILOTS }, (_, n) => block(-1 - n, [coldArm(arm)])),
    ...Array.from({ length: pairs }, (_, n) => block(n, twins)),
  ]);
  return {
    ...listed,
    next(log) {
      const failed = log.find(({ metrics }) => !metrics);
      if (failed)
        throw new R1Error('MACHINE_UNFIT', `A calibration trial did not run: ${failed.status}: ${failed.reason}`);
      return listed.next(log);
    },
  };
}
