import { choose, type RaceChoice } from '../choose.js';
import { confirm, recommend } from '../confirm.js';
import type { RaceRecord } from '../race.js';
import type { SearchLedger } from '../search-ledger.js';
import type { DesignSpace, SearchGenerator } from '../search-space.js';
import type { SearchResult } from '../strategy.js';

/** The last two stages of every strategy: choose among the raced points, then confirm the choice with fresh pairs. */
export function* finish(
  space: DesignSpace,
  race: RaceRecord,
  plan: { seed: number; pairs: number; ledger: SearchLedger; references?: readonly string[] },
): SearchGenerator<SearchResult> {
  const choice = choose(space, race);
  if (!choice) return { choice, race, confirmation: null, recommendation: null };
  const { defaultId } = space;
  const isDefaultOut = race.eliminated.some((e) => e.id === defaultId && e.because !== 'slower');
  const candidateId = choice.winnerId === defaultId ? bestRival(choice, defaultId) : choice.winnerId;
  if (plan.pairs === 0 && !isDefaultOut)
    return { choice, race, confirmation: null, recommendation: { id: defaultId, because: 'too-little' } };
  const confirmation =
    candidateId === null || isDefaultOut
      ? null
      : yield* confirm({ candidateId, defaultId, references: space.references ?? [], ...plan });
  return { choice, race, confirmation, recommendation: recommend(candidateId ?? defaultId, defaultId, confirmation) };
}

/** "Keep the defaults" deserves its interval too: where the default wins the race, its best rival is confirmed against it. */
const bestRival = (choice: RaceChoice, defaultId: string): string | null =>
  choice.standings.find(({ id }) => id !== defaultId)?.id ?? null;
