import type { Sequence, Session } from '../../core/engine.js';
import { commonPrefix, isKnown } from '../common-prefix.js';

/** A sequence lent to one job, with the number of prompt tokens that were already in its KV cache. */
export type Lease = { sequence: Sequence; cachedTokens: number };

/** The sequences of a worker. An idle one keeps its tokens, so that the next turn of a conversation needs only the new ones. */
export type SequencePool = {
  /** An idle sequence, cut back to the beginning it shares with the prompt. Undefined when none is idle. */
  lend(prompt: readonly number[], tenant: string): Promise<Lease | undefined>;
  giveBack(sequence: Sequence, tenant: string): void;
  /** For a sequence whose state is not known any more. */
  discard(sequence: Sequence): Promise<void>;
  readonly tokensInUse: number;
};

/** A place in the engine's batch, by its number there; the sequence is opened when it is first needed. */
type Place = { at: number; sequence: Sequence | undefined; tenant: string; isBusy: boolean; usedAs: number };

export function createSequencePool(session: Session, size: number): SequencePool {
  const places = Array.from({ length: size }, (_, at): Place => {
    return { at, sequence: undefined, tenant: '', isBusy: false, usedAs: 0 };
  });
  let uses = 0;
  /** At least the last prompt token is evaluated, to have something to sample from. */
  const shared = ({ sequence, tenant }: Place, prompt: readonly number[], asker: string) =>
    sequence && tenant === asker ? Math.min(commonPrefix(sequence.tokens, prompt), prompt.length - 1) : 0;
  const busyWith = (place: Place) => places.filter((other) => other === place || other.isBusy).map(({ at }) => at);
  const placeOf = (sequence: Sequence) => places.find((place) => place.sequence === sequence)!;

  const choose = (prompt: readonly number[], tenant: string): { place: Place; common: number } | undefined => {
    const idle = places
      .filter(({ isBusy }) => !isBusy)
      .map((place) => ({ place, common: shared(place, prompt, tenant), runs: runsOf(busyWith(place)) }));
    const best = [...idle].sort((a, b) => b.common - a.common)[0];
    if (best && isKnown(best.common, prompt.length)) return best;
    return idle.sort((a, b) => a.runs - b.runs || a.place.usedAs - b.place.usedAs)[0];
  };
  return {
    get tokensInUse() {
      return places.reduce((sum, { isBusy, sequence }) => sum + (isBusy ? (sequence?.tokens.length ?? 0) : 0), 0);
    },
    async lend(prompt, tenant) {
      const chosen = choose(prompt, tenant);
      if (!chosen) return undefined;
      const { place, common } = chosen;
      place.isBusy = true;
      place.sequence ??= session.openSequence();
      await place.sequence.truncate(common);
      return { sequence: place.sequence, cachedTokens: common };
    },
    giveBack(sequence, tenant) {
      Object.assign(placeOf(sequence), { tenant, isBusy: false, usedAs: ++uses });
    },
    async discard(sequence) {
      Object.assign(placeOf(sequence), { sequence: undefined, isBusy: false, usedAs: 0 });
      await sequence.dispose();
    },
  };
}

/**
 * Runs of numbers that follow one another. llama.cpp evaluates a batch in one pass for each run of its sequences' numbers,
 * and with few tokens a pass costs nearly as much as one of all.
 */
function runsOf(ascending: readonly number[]): number {
  return ascending.filter((at, i) => i === 0 || at !== ascending[i - 1]! + 1).length;
}
