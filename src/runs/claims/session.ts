import type { Trial } from '../../core/experiment.js';
import type { Pilot } from '../../sweeps/search/time-plan.js';
import type { Context } from '../context.js';
import { type ExperimentPorts, openPorts } from '../experiment/ports.js';
import { expectedArmMs } from './estimate.js';
import type { ClaimsJob } from './prepare.js';

/** What the claims of a run share: the ports, and times learnt from pilots. */
export type ClaimsSession = {
  ports: ExperimentPorts;
  /** Pilots by the path of the model file. */
  pilots: Map<string, Pilot>;
  /** Time left of the budget, ms. */
  leftMs(): number;
};

/** Kept back from the budget for writing the result. */
const WRITING_MS = 3_000;

/** `startedMs`: when this process began, on the monotonic clock. Trials of an earlier, cut process count as spent. */
export function openClaimsSession(
  { folder, plan, machine }: ClaimsJob,
  startedMs: number,
  context: Context,
): ClaimsSession {
  const pilots = new Map<string, Pilot>();
  const preparedMs = context.clock.monotonicMs() - startedMs;
  const expectedMs = ({ arm, phase }: Trial): number | null =>
    phase === 'calibrate' ? null : expectedArmMs(arm, pilots.get(arm.model.path)!, machine);
  const ports = openPorts(
    {
      machine,
      log: folder.log,
      expectedMs,
      budget: { limitMs: plan.budgetMs - WRITING_MS - preparedMs, counts: () => true },
      onTrial: ({ arm, block }) => context.emit({ type: 'claim-trial', arm: arm.name, block, leftMs: leftMs() }),
    },
    context,
  );
  const leftMs = (): number => Math.max(0, ports.leftMs());
  return { ports, pilots, leftMs };
}
