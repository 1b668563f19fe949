import { median } from '../../stats/sample.js';
import { choose } from './choose.js';
import { confirmationOf, recommend } from './confirm.js';
import type { RaceRecord } from './race.js';
import type { DesignSpace, TrialResult } from './search-space.js';
import type { SearchSession } from './session.js';
import { nearBest } from './strategies/finish.js';
import type { SearchResult } from './strategy.js';

/**
 * A search that cannot be gone on with, because another version of r1-tune asked for its trials: it ends with what they say.
 * Nothing that was measured is lost, and nothing more is asked for.
 */
export const concludedSession = (space: DesignSpace, trials: readonly TrialResult[], seed: number): SearchSession => ({
  ask: () => [],
  tell: () => {},
  result: conclusionOf(space, trials, seed),
  strayCount: 0,
});

export function conclusionOf(space: DesignSpace, trials: readonly TrialResult[], seed: number): SearchResult {
  const { defaultId } = space;
  const race = raceOf(trials.filter(({ phase }) => phase === 'race'));
  const choice = choose(space, race);
  if (!choice) return { choice, race, confirmation: null, recommendation: null, probabilityNearBest: null };
  const pairs = trials.filter(({ phase }) => phase === 'confirm');
  const candidateId = confirmedId(pairs, space);
  const confirmation = candidateId
    ? confirmationOf({ candidateId, defaultId }, logRatiosOf(pairs, candidateId, defaultId))
    : null;
  const isDefaultOut = race.eliminated.some(({ id }) => id === defaultId);
  const recommendation =
    isDefaultOut || confirmation
      ? recommend(candidateId ?? choice.winnerId, defaultId, confirmation)
      : { id: defaultId, because: 'too-little' as const };
  return {
    choice,
    race,
    confirmation,
    recommendation,
    probabilityNearBest: nearBest(space, trials, recommendation.id, seed),
  };
}

/** Everyone that works is still in, the best by the median first. */
function raceOf(trials: readonly TrialResult[]): RaceRecord {
  const runs = new Map<string, TrialResult[]>();
  for (const trial of trials) runs.set(trial.id, [...(runs.get(trial.id) ?? []), trial]);
  const whyOut = (own: readonly TrialResult[]): 'failed' | 'not-eligible' | null => {
    if (own.some((r) => r.value === null)) return 'failed';
    return 2 * own.filter((r) => r.isEligible === false).length > own.length ? 'not-eligible' : null;
  };
  const level = (id: string): number => median(runs.get(id)!.map((r) => r.value!));
  const survivors = [...runs.keys()].filter((id) => whyOut(runs.get(id)!) === null).sort((a, b) => level(b) - level(a));
  const eliminated = [...runs].flatMap(([id, own]) => {
    const because = whyOut(own);
    return because ? [{ id, block: own.at(-1)!.block, because }] : [];
  });
  return { runs, survivors, eliminated, blocks: new Set(trials.map((r) => r.block)).size, stoppedBy: 'budget' };
}

/** Who was paired with the default: the one with the most trials beside it, since references run in the first pairs alone. */
function confirmedId(pairs: readonly TrialResult[], { defaultId, references = [] }: DesignSpace): string | null {
  const counts = new Map<string, number>();
  for (const { id } of pairs) if (id !== defaultId) counts.set(id, (counts.get(id) ?? 0) + 1);
  const isReference = (id: string): number => Number(references.includes(id));
  const [first] = [...counts].sort((a, b) => b[1] - a[1] || isReference(a[0]) - isReference(b[0]));
  return first?.[0] ?? null;
}

function logRatiosOf(pairs: readonly TrialResult[], candidateId: string, defaultId: string): number[] {
  const standard = new Map(pairs.filter(({ id }) => id === defaultId).map(({ block, value }) => [block, value]));
  return pairs
    .filter(({ id }) => id === candidateId)
    .sort((a, b) => a.block - b.block)
    .flatMap(({ block, value }) => (value && standard.get(block) ? [Math.log(value / standard.get(block)!)] : []));
}
