import type { ClaimArm } from '../../claims/design.js';
import type { SweepPorts, Trial } from '../../sweeps/sweep.js';
import { deadlineMs, type Pilot } from '../../sweeps/time-plan.js';
import type { Context } from '../context.js';
import { FIRST_DEADLINE_MS } from '../sweep/ports.js';
import type { GroupPlace } from './conditions/cpu-group.js';
import { expectedArmMs } from './estimate.js';
import { createClaimMeasure } from './measure.js';
import type { ClaimsJob } from './prepare.js';

/** What runs share: arms by the name that their trials carry, times learnt from pilots, and the clock of the budget. */
export type ClaimsSession = {
  ports: SweepPorts;
  arms: Map<string, ClaimArm>;
  /** Pilots by the path of the model file. */
  pilots: Map<string, Pilot>;
  expectedMs(arm: ClaimArm): number;
  /** Time left of the budget, ms. */
  leftMs(): number;
};

/** Kept back from the budget for writing the result. */
const WRITING_MS = 3_000;

/** `startedMs`: when this process began, on the monotonic clock. Trials of an earlier, cut process count as spent. */
export function openClaimsSession(
  { folder, plan, machine }: ClaimsJob,
  groupPlace: GroupPlace | string,
  startedMs: number,
  { host, clock, signal, emit }: Context,
): ClaimsSession {
  const arms = new Map<string, ClaimArm>();
  const pilots = new Map<string, Pilot>();
  const before = folder.log.outcomes.reduce((sum, outcome) => sum + outcome.wallMs, 0);
  const leftMs = (): number => Math.max(0, plan.budgetMs - WRITING_MS - before - (clock.monotonicMs() - startedMs));
  const expectedMs = (arm: ClaimArm): number => expectedArmMs(arm, pilots.get(arm.source.path)!, machine);
  const armOf = (trial: Trial): ClaimArm => arms.get(trial.arm!)!;
  const deadline = (trial: Trial): number =>
    trial.phase === 'calibrate' ? FIRST_DEADLINE_MS : deadlineMs(expectedMs(armOf(trial)));
  return {
    ports: {
      measure: createClaimMeasure({ host, clock, machine, signal, groupPlace, armOf, deadlineMs: deadline }),
      onOutcome: (outcome) => folder.log.append(outcome),
      onTrialStart: ({ arm, block }) => emit({ type: 'claim-trial', arm: arm!, block, leftMs: leftMs() }),
      onVoid: () => {},
      clock,
      signal,
    },
    arms,
    pilots,
    expectedMs,
    leftMs,
  };
}
