import type { Sequence, Session } from '../../core/engine.js';
import { logprobsOf } from '../../core/sampling.js';
import type { PromptLogprob } from '../protocol.js';

/** Tokens evaluated at a time: each brings a row of logits as long as the vocabulary, and others wait meanwhile. */
const AT_A_TIME = 8;

/** Evaluates a prompt but its last token and gives the log-probability of each token after those before it. */
export async function* promptLogprobs(
  session: Session,
  sequence: Sequence,
  prompt: readonly number[],
  alternatives: number,
): AsyncGenerator<PromptLogprob[]> {
  const shown = (token: number) => {
    const bytes = session.tokenBytes(token, { special: true });
    return { token: Buffer.from(bytes).toString('utf8'), bytes: [...bytes] };
  };
  yield [{ ...shown(prompt[0]!), logprob: null, top_logprobs: [] }];
  for (let from = 0; from < prompt.length - 1; from += AT_A_TIME) {
    const part = prompt.slice(from, Math.min(from + AT_A_TIME, prompt.length - 1));
    const rows = await sequence.logits(part);
    yield rows.map((row, i) => {
      const token = prompt[from + i + 1]!;
      const { logprob, topLogprobs } = logprobsOf(row, token, alternatives);
      const top = (topLogprobs ?? []).map((one) => ({ ...shown(one.token), logprob: one.logprob }));
      return { ...shown(token), logprob: logprob ?? 0, top_logprobs: top };
    });
  }
}
