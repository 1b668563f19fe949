import type { Sequence, Session } from '../../core/engine.js';
import { commonPrefix } from '../common-prefix.js';

/** A sequence lent to one job, with the number of prompt tokens that were already in its KV cache. */
export type Lease = { sequence: Sequence; cachedTokens: number };

/** The sequences of a worker. An idle one keeps its tokens, so that the next turn of a conversation needs only the new ones. */
export type SequencePool = {
  /** The idle sequence that shares the longest beginning with the prompt, cut back to it. Undefined when none is idle. */
  lend(prompt: readonly number[], tenant: string): Promise<Lease | undefined>;
  giveBack(sequence: Sequence, tenant: string): void;
  /** For a sequence whose state is not known any more. */
  discard(sequence: Sequence): Promise<void>;
  readonly tokensInUse: number;
};

type Idle = { sequence: Sequence; tenant: string };

export function createSequencePool(session: Session, size: number): SequencePool {
  /** Least recently used first. */
  const idle: Idle[] = [];
  const busy = new Set<Sequence>();
  /** At least the last prompt token is evaluated, to have something to sample from. */
  const shared = (entry: Idle, prompt: readonly number[], tenant: string) =>
    entry.tenant === tenant ? Math.min(commonPrefix(entry.sequence.tokens, prompt), prompt.length - 1) : 0;
  return {
    get tokensInUse() {
      return [...busy].reduce((sum, sequence) => sum + sequence.tokens.length, 0);
    },
    async lend(prompt, tenant) {
      const ranked = idle
        .map((entry) => ({ entry, common: shared(entry, prompt, tenant) }))
        .sort((a, b) => b.common - a.common);
      const isRoom = idle.length + busy.size < size;
      const best = ranked[0] && (ranked[0].common > 0 || !isRoom) ? ranked[0] : undefined;
      if (!best && !isRoom) return undefined;
      const sequence = best?.entry.sequence ?? session.openSequence();
      busy.add(sequence);
      if (best) idle.splice(idle.indexOf(best.entry), 1);
      if (best) await sequence.truncate(best.common);
      return { sequence, cachedTokens: best?.common ?? 0 };
    },
    giveBack(sequence, tenant) {
      busy.delete(sequence);
      idle.push({ sequence, tenant });
    },
    async discard(sequence) {
      busy.delete(sequence);
      await sequence.dispose();
    },
  };
}
