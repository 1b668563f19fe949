import type { ContentLogprob } from '../protocol.js';
import type { Shape } from './shape.js';

/** The older logprobs format: parallel lists. `offset`: length of the text before these tokens. */
function logprobsBody(asked: boolean, entries: readonly ContentLogprob[], offset: number) {
  if (!asked) return null;
  let at = offset;
  const offsets = entries.map(({ token }) => {
    at += token.length;
    return at - token.length;
  });
  return {
    tokens: entries.map(({ token }) => token),
    token_logprobs: entries.map(({ logprob }) => logprob),
    top_logprobs: entries.map((e) => Object.fromEntries(e.top_logprobs.map((t) => [t.token, t.logprob]))),
    text_offset: offsets,
  };
}

/** text_completion. */
export function completionShape(wantsLogprobs: boolean): Shape {
  const object = 'text_completion';
  return {
    chunkObject: object,
    object,
    chunk: (choice, { content, logprobs }, finish) => ({
      index: choice.index,
      text: content,
      logprobs:
        logprobs.length > 0 ? logprobsBody(wantsLogprobs, logprobs, choice.content.length - content.length) : null,
      finish_reason: finish,
    }),
    full: ({ index, content, logprobs, finish }) => ({
      index,
      text: content,
      logprobs: logprobsBody(wantsLogprobs, logprobs, 0),
      finish_reason: finish,
    }),
  };
}
