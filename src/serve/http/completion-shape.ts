import type { PromptLogprob } from '../protocol.js';
import type { Shape } from './shape.js';

/** The older logprobs format: parallel lists. `offset`: length of the text before these tokens. */
function logprobsBody(asked: boolean, entries: readonly PromptLogprob[], offset: number) {
  if (!asked) return null;
  let at = offset;
  const offsets = entries.map(({ token }) => {
    at += token.length;
    return at - token.length;
  });
  return {
    tokens: entries.map(({ token }) => token),
    token_logprobs: entries.map(({ logprob }) => logprob),
    top_logprobs: entries.map((e) =>
      e.logprob === null ? null : Object.fromEntries(e.top_logprobs.map((t) => [t.token, t.logprob])),
    ),
    text_offset: offsets,
  };
}

/** text_completion. */
export function completionShape(wantsLogprobs: boolean): Shape {
  const object = 'text_completion';
  return {
    chunkObject: object,
    object,
    chunk: (choice, { content, logprobs }, finish, isFirst) => {
      const before = isFirst ? choice.echo : null;
      const entries = [...(before?.logprobs ?? []), ...logprobs];
      const written = (choice.echo?.text.length ?? 0) + choice.content.length - content.length;
      return {
        index: choice.index,
        text: (before?.text ?? '') + content,
        logprobs: entries.length > 0 ? logprobsBody(wantsLogprobs, entries, before ? 0 : written) : null,
        finish_reason: finish,
      };
    },
    full: ({ index, content, logprobs, finish, echo }) => ({
      index,
      text: (echo?.text ?? '') + content,
      logprobs: logprobsBody(wantsLogprobs, [...(echo?.logprobs ?? []), ...logprobs], 0),
      finish_reason: finish,
    }),
  };
}
