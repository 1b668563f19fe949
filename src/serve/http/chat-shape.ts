import type { ContentLogprob } from '../protocol.js';
import type { CallDelta } from '../tools/call-reader.js';
import type { ToolCall } from './choice.js';
import type { Shape } from './shape.js';

const logprobsBody = (asked: boolean, content: readonly ContentLogprob[]) =>
  asked ? { content, refusal: null } : null;

const wholeCall = ({ id, name, arguments: args }: ToolCall) => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});

/** The first part of a call says which it is; later ones only go on with its arguments. */
const callDelta = ({ index, name, arguments: args }: CallDelta, calls: readonly ToolCall[]) => ({
  index,
  ...(name === undefined ? {} : { id: calls[index]!.id, type: 'function' }),
  function: { ...(name === undefined ? {} : { name }), arguments: args },
});

/** chat.completion; reasoning stands in `reasoning_content`, as DeepSeek's own API has it. */
export function chatShape(wantsLogprobs: boolean): Shape {
  return {
    chunkObject: 'chat.completion.chunk',
    object: 'chat.completion',
    chunk: ({ index, toolCalls }, { reasoning, content, logprobs, calls }, finish, isFirst) => ({
      index,
      delta: {
        ...(isFirst ? { role: 'assistant', content: '' } : {}),
        ...(reasoning ? { reasoning_content: reasoning } : {}),
        ...(content ? { content } : {}),
        ...(calls.length > 0 ? { tool_calls: calls.map((call) => callDelta(call, toolCalls)) } : {}),
      },
      logprobs: logprobs.length > 0 ? logprobsBody(wantsLogprobs, logprobs) : null,
      finish_reason: finish,
    }),
    full: ({ index, reasoning, content, logprobs, finish, toolCalls }) => ({
      index,
      message: {
        role: 'assistant',
        content: content === '' && toolCalls.length > 0 ? null : content,
        ...(reasoning ? { reasoning_content: reasoning } : {}),
        ...(toolCalls.length > 0 ? { tool_calls: toolCalls.map(wholeCall) } : {}),
        refusal: null,
      },
      logprobs: logprobsBody(wantsLogprobs, logprobs),
      finish_reason: finish,
    }),
  };
}
