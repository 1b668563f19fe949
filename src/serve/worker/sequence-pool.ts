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

/** A place in the engine's batch, at its number there; the sequence is opened when it is first needed. */
type Place = { sequence: Sequence | undefined; tenant: string; isBusy: boolean; usedAs: number };

export function createSequencePool(session: Session, size: number): SequencePool {
  const places = Array.from({ length: size }, (): Place => {
    return { sequence: undefined, tenant: '', isBusy: false, usedAs: 0 };
  });
  let uses = 0;
  /** At least the last prompt token is evaluated, to have something to sample from. */
  const shared = ({ sequence, tenant }: Place, prompt: readonly number[], asker: string) =>
    sequence && tenant === asker ? Math.min(commonPrefix(sequence.tokens, prompt), prompt.length - 1) : 0;
  /**
   * Runs of busy neighbours if this place were busy too. llama.cpp evaluates a batch in one pass for each run of its
   * sequences' numbers, and with few tokens a pass costs nearly as much as one of all.
   */
  const runsWith = (place: Place): number => {
    const busy = places.map((other) => other === place || other.isBusy);
    return busy.filter((isBusy, at) => isBusy && !busy[at - 1]).length;
  };
  const placeOf = (sequence: Sequence) => places.find((place) => place.sequence === sequence)!;

  const choose = (prompt: readonly number[], tenant: string): { place: Place; common: number } | undefined => {
    const idle = places
      .filter(({ isBusy }) => !isBusy)
      .map((place) => ({ place, common: shared(place, prompt, tenant) }));
    const best = [...idle].sort((a, b) => b.common - a.common)[0];
    if (best && isKnown(best.common, prompt.length)) return best;
    return idle.sort((a, b) => runsWith(a.place) - runsWith(b.place) || a.place.usedAs - b.place.usedAs)[0];
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
