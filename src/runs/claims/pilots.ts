import { armOf } from '../../claims/arms.js';
import type { ClaimFacts } from '../../claims/claim.js';
import { backendOf } from '../../core/backend-of.js';
import type { Arm } from '../../core/experiment.js';
import type { ModelFile } from '../../core/model.js';
import type { Outcome } from '../../core/outcome.js';
import { SHORT_WORKLOAD } from '../../core/workload.js';
import { type Pilot, pilotOf } from '../../sweeps/search/time-plan.js';
import { listedBlocks } from '../experiment/listed-blocks.js';
import type { ExperimentPorts } from '../experiment/ports.js';
import { runBlocks } from '../experiment/run-blocks.js';

/** Name of the arm in the log, beside those of claims. */
const pilotName = (model: ModelFile): string =>
  `pilot/${backendOf(model)} ${model.geometryId ?? 'model'} ${model.quant}`;

const WORKLOAD = { ...SHORT_WORKLOAD, promptTokens: 32, generateTokens: 16, warmUpPromptTokens: 16 };

export const pilotArms = (models: readonly ModelFile[], facts: ClaimFacts): Arm[] =>
  models.map((model) => armOf(pilotName(model), model, facts, { workload: { ...WORKLOAD, seed: facts.seed } }));

export type PilotResult = { arm: Arm; outcome: Outcome; pilot: Pilot | null };

/** One trial of each file: that it runs here at all, and how long it takes. Those in the log are not repeated. */
export async function runPilots(arms: readonly Arm[], ports: ExperimentPorts): Promise<PilotResult[]> {
  await runBlocks(listedBlocks([{ phase: 'calibrate', number: 0, arms }]), ports);
  return arms.map((arm) => {
    const outcome = ports.log.outcomes.find((o) => o.arm === arm.name)!;
    return { arm, outcome, pilot: pilotOf(outcome) };
  });
}
