import type { ClaimFacts, ClaimModel } from '../../claims/claim.js';
import { backendOf } from '../../core/backend-of.js';
import { R1Error } from '../../core/errors.js';
import type { Host } from '../../core/ports.js';
import { findGroupPlace } from '../experiment/conditions/cpu-group.js';
import { coldCacheFault } from '../experiment/conditions/page-cache.js';
import { swappinessFault } from '../experiment/conditions/swappiness.js';
import type { PilotResult } from './pilots.js';
import type { ClaimsJob } from './prepare.js';

const asModel = (model: ClaimModel['model']): ClaimModel => ({ backend: backendOf(model), model });

/** What designs may rest on, before it is known which files run here. */
export async function factsOf({ plan, machine }: ClaimsJob, host: Host): Promise<ClaimFacts> {
  const groupPlace = findGroupPlace(host);
  const models = plan.models.map(asModel);
  return {
    machine,
    models,
    larger: plan.larger ? asModel(plan.larger) : null,
    absent: plan.absent,
    controls: {
      cpuGroups: typeof groupPlace === 'string' ? groupPlace : null,
      pageCache: await coldCacheFault(models[0]!.model),
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
  const hasFailed = ({ model }: ClaimModel): boolean => failed.some(({ arm }) => arm.model === model);
  const models = facts.models.filter((model) => !hasFailed(model));
  if (models.length === 0) throw new R1Error('NOTHING_VIABLE', `No model file runs here: ${reasonOf(failed[0]!)}`);
  const absent = { ...facts.absent };
  for (const result of failed) {
    const isLarger = result.arm.model === facts.larger?.model;
    absent[isLarger ? 'larger' : result.arm.candidate.backend] ??= reasonOf(result);
  }
  return { ...facts, models, larger: facts.larger && !hasFailed(facts.larger) ? facts.larger : null, absent };
}
