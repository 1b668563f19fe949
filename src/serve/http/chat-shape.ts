import type { ContentLogprob } from '../protocol.js';
import type { Shape } from './shape.js';

const logprobsBody = (asked: boolean, content: readonly ContentLogprob[]) =>
  asked ? { content, refusal: null } : null;

/** chat.completion; reasoning stands in `reasoning_content`, as DeepSeek's own API has it. */
export function chatShape(wantsLogprobs: boolean): Shape {
  return {
    idPrefix: 'chatcmpl-',
    chunkObject: 'chat.completion.chunk',
    object: 'chat.completion',
    chunk: ({ index }, { reasoning, content, logprobs }, finish, isFirst) => ({
      index,
      delta: {
        ...(isFirst ? { role: 'assistant', content: '' } : {}),
        ...(reasoning ? { reasoning_content: reasoning } : {}),
        ...(content ? { content } : {}),
      },
      logprobs: logprobs.length > 0 ? logprobsBody(wantsLogprobs, logprobs) : null,
      finish_reason: finish,
    }),
    full: ({ index, reasoning, content, logprobs, finish }) => ({
      index,
      message: {
        role: 'assistant',
        content,
        ...(reasoning ? { reasoning_content: reasoning } : {}),
        refusal: null,
      },
      logprobs: logprobsBody(wantsLogprobs, logprobs),
      finish_reason: finish,
    }),
  };
}
