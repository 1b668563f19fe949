import type { Session, Step } from '../../core/engine.js';
import type { ContentLogprob } from '../protocol.js';

/** Keeps the log-probabilities of answer tokens until all of their text has been sent, so that a stop string takes its own along. */
export type LogprobLedger = {
  /** `end`: length of the answer with this token, in UTF-16 code units. */
  add(step: Step, end: number): void;
  /** Entries whose text is out, given the length sent so far. */
  release(sent: number): ContentLogprob[];
};

export function createLogprobLedger(session: Session, alternatives: number | null): LogprobLedger {
  const waiting: { end: number; entry: ContentLogprob }[] = [];
  const shown = (token: number, logprob: number) => {
    const bytes = session.tokenBytes(token, { special: true });
    return { token: Buffer.from(bytes).toString('utf8'), bytes: [...bytes], logprob };
  };
  return {
    add(step, end) {
      if (alternatives === null || step.logprob === undefined) return;
      const top = (step.topLogprobs ?? []).slice(0, alternatives).map((t) => shown(t.token, t.logprob));
      waiting.push({ end, entry: { ...shown(step.token, step.logprob), top_logprobs: top } });
    },
    release(sent) {
      const ready = waiting.findIndex(({ end }) => end > sent);
      return waiting.splice(0, ready < 0 ? waiting.length : ready).map(({ entry }) => entry);
    },
  };
}
