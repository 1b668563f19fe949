import type { ClaimFacts } from '../../claims/claim.js';
import { R1Error } from '../../core/errors.js';
import type { ModelFile } from '../../core/model.js';
import type { Host } from '../../core/ports.js';
import { findGroupPlace } from '../experiment/conditions/cpu-group.js';
import { coldCacheFault } from '../experiment/conditions/page-cache.js';
import { swappinessFault } from '../experiment/conditions/swappiness.js';
import type { PilotResult } from './pilots.js';
import type { ClaimsJob } from './prepare.js';

/** What designs may rest on, before it is known which files run here. */
export async function factsOf({ plan, machine }: ClaimsJob, host: Host): Promise<ClaimFacts> {
  const groupPlace = findGroupPlace(host);
  const { models, larger } = plan;
  return {
    machine,
    models,
    larger,
    absent: plan.absent,
    controls: {
      cpuGroups: typeof groupPlace === 'string' ? groupPlace : null,
      pageCache: await coldCacheFault(models[0]!),
      swappiness: swappinessFault(plan.allowsMachineChanges),
    },
    prices: plan.prices,
    seed: plan.seed,
    shareMs: plan.budgetMs / plan.claims.length,
  };
}

const reasonOf = ({ outcome }: PilotResult): string => `its first trial ended as ${outcome.status}: ${outcome.reason}.`;

/** The facts without the files whose pilot failed; the reason stays. Throws NOTHING_VIABLE when none runs. */
export function withoutFailed(facts: ClaimFacts, pilots: readonly PilotResult[]): ClaimFacts {
  const failed = pilots.filter(({ pilot }) => pilot === null);
  const hasFailed = (model: ModelFile): boolean => failed.some(({ arm }) => arm.model === model);
  const models = facts.models.filter((model) => !hasFailed(model));
  if (models.length === 0) throw new R1Error('NOTHING_VIABLE', `No model file runs here: ${reasonOf(failed[0]!)}`);
  const absent = { ...facts.absent };
  for (const result of failed) {
    const isLarger = result.arm.model === facts.larger;
    absent[isLarger ? 'larger' : result.arm.candidate.backend] ??= reasonOf(result);
  }
  return { ...facts, models, larger: facts.larger && !hasFailed(facts.larger) ? facts.larger : null, absent };
}
