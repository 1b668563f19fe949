import { armOf, CALM } from '../../claims/arms.js';
import type { ClaimFacts, ClaimModel } from '../../claims/claim.js';
import type { ClaimArm } from '../../claims/design.js';
import type { Outcome } from '../../core/outcome.js';
import { SHORT_WORKLOAD } from '../../core/workload.js';
import { runOne, type SweepPorts } from '../../sweeps/sweep.js';
import { type Pilot, pilotOf } from '../../sweeps/time-plan.js';

export type PilotArm = ClaimArm & { model: ClaimModel };

/** Name of the arm in the log, beside those of claims. */
export const pilotName = ({ backend, model }: ClaimModel): string =>
  `pilot/${backend} ${model.geometryId ?? 'model'} ${model.quant}`;

const WORKLOAD = { ...SHORT_WORKLOAD, promptTokens: 32, generateTokens: 16, warmUpPromptTokens: 16 };

export const pilotArms = (models: readonly ClaimModel[], facts: ClaimFacts): PilotArm[] =>
  models.map((model) => ({
    ...armOf(pilotName(model), model, facts, { workload: { ...WORKLOAD, seed: facts.seed }, conditions: CALM }),
    model,
  }));

export type PilotResult = { arm: PilotArm; outcome: Outcome; pilot: Pilot | null };

/** One trial of each file: that it runs here at all, and how long it takes. Those in the log are not repeated. */
export async function runPilots(
  arms: readonly PilotArm[],
  known: readonly Outcome[],
  next: () => number,
  ports: SweepPorts,
): Promise<PilotResult[]> {
  const results: PilotResult[] = [];
  for (const [position, arm] of arms.entries()) {
    const { candidate, workload } = arm;
    const trial = { candidate, workload, phase: 'calibrate' as const, block: 0, position, fidelity: 'short' as const };
    const outcome = known.find((o) => o.arm === arm.name) ?? (await runOne({ ...trial, arm: arm.name }, next(), ports));
    results.push({ arm, outcome, pilot: pilotOf(outcome) });
  }
  return results;
}
