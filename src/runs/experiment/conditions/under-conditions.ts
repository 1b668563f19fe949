import type { Conditions } from '../../../core/claims.js';
import { R1Error } from '../../../core/errors.js';
import type { ModelFile } from '../../../core/model.js';
import { startCompetitors } from './competitor.js';
import { type CpuGroup, type GroupPlace, makeGroup } from './cpu-group.js';
import { dropModel } from './page-cache.js';
import { setSwappiness } from './swappiness.js';

/** Called in the loaded engine's parent before anything is measured. */
export type Prepare = (enginePid: number) => Promise<void>;

type Undo = () => void | Promise<void>;

function makeGroups(group: NonNullable<Conditions['group']>, place: GroupPlace | string, undo: Undo[]) {
  if (typeof place === 'string') throw new R1Error('NOT_PERMITTED', place);
  const make = (quotaCpus: number | null, shares: number): CpuGroup => {
    const made = makeGroup(place, { quotaCpus, shares });
    undo.push(made.remove);
    return made;
  };
  return { own: make(group.quotaCpus, group.shares), theirs: make(null, group.competitorShares) };
}

/**
 * Runs a trial inside its conditions and takes them away again, whatever happens. Competitors run only while the engine is
 * being measured, not while it loads. `run` is given nothing to prepare where nothing is to be prepared.
 */
export async function underConditions<T>(
  conditions: Conditions,
  model: ModelFile,
  findPlace: () => GroupPlace | string,
  run: (prepare: Prepare | null) => Promise<T>,
): Promise<T> {
  const undo: Undo[] = [];
  try {
    if (conditions.swappiness !== null) undo.push(setSwappiness(conditions.swappiness));
    if (conditions.pageCache === 'cold') await dropModel(model);
    const groups = conditions.group ? makeGroups(conditions.group, findPlace(), undo) : null;
    if (!groups && conditions.competitors === 0) return await run(null);
    let started: ReturnType<typeof startCompetitors> | null = null;
    return await run(async (enginePid) => {
      groups?.own.place(enginePid);
      if (conditions.competitors === 0) return;
      // Once for all replicas of the trial.
      started ??= startCompetitors(conditions.competitors);
      const competitors = await started;
      undo.push(competitors.stop);
      for (const pid of competitors.pids) groups?.theirs.place(pid);
    });
  } finally {
    for (const step of undo.reverse()) await step();
  }
}
