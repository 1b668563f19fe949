import { type Block, BlockSequence, blocksOf } from '../answer-blocks.js';
import { type AnswerHead, type AnswerWriter, EVENT_STREAM, failPlainly, JSON_TYPE } from '../answer-writer.js';
import type { AnswerChoice } from '../choice.js';
import type { ClientConnection } from '../client-connection.js';
import type { ResponsesRequest } from './request.js';

/** Answers in the shape of the OpenAI Responses API. The thinking is an item with its whole text. */

type Status = 'in_progress' | 'completed' | 'incomplete';

const PREFIX = { reasoning: 'rs', text: 'msg', call: 'fc' } as const;

function itemOf(head: AnswerHead, block: Block, status: Status): object {
  const id = `${PREFIX[block.kind]}_${head.id.slice('resp_'.length)}_${block.index}`;
  if (block.kind === 'reasoning')
    return { type: 'reasoning', id, summary: [], content: block.text ? [reasoningPart(block.text)] : [], status };
  if (block.kind === 'text')
    return {
      type: 'message',
      id,
      role: 'assistant',
      status,
      content: status === 'in_progress' ? [] : [textPart(block.text)],
    };
  return { type: 'function_call', id, call_id: block.call.id, name: block.call.name, arguments: block.text, status };
}

const textPart = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });
const reasoningPart = (text: string) => ({ type: 'reasoning_text', text });

/** The answer with what the client asked for. */
function responseOf(
  head: AnswerHead,
  body: ResponsesRequest,
  blocks: readonly Block[],
  choice: AnswerChoice | undefined,
) {
  const status: Status = choice === undefined ? 'in_progress' : choice.finish === 'length' ? 'incomplete' : 'completed';
  return {
    id: head.id,
    object: 'response',
    created_at: head.created,
    status,
    background: false,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    model: head.model,
    output: blocks.map((block, i) =>
      itemOf(head, block, i === blocks.length - 1 && status === 'incomplete' ? status : 'completed'),
    ),
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: { effort: body.reasoning?.effort ?? null, summary: null },
    store: false,
    temperature: body.temperature ?? null,
    text: { format: body.text?.format ?? { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: (body.tools ?? []).map((tool) => ({
      ...tool,
      parameters: tool.parameters ?? null,
      strict: tool.strict ?? null,
    })),
    top_p: body.top_p ?? null,
    truncation: 'disabled',
    usage: choice === undefined ? null : usageOf(choice),
    user: body.user ?? null,
    metadata: body.metadata ?? {},
  };
}

const usageOf = ({ promptTokens, cachedTokens, completionTokens, reasoningTokens }: AnswerChoice) => ({
  input_tokens: promptTokens,
  input_tokens_details: { cached_tokens: cachedTokens },
  output_tokens: completionTokens,
  output_tokens_details: { reasoning_tokens: reasoningTokens },
  total_tokens: promptTokens + completionTokens,
});

export const wholeResponse =
  (body: ResponsesRequest) =>
  (client: ClientConnection, head: AnswerHead): AnswerWriter => ({
    begin() {},
    delta() {},
    finish() {},
    end([choice]) {
      client.open(200, JSON_TYPE);
      client.end(JSON.stringify(responseOf(head, body, blocksOf(choice!), choice)));
    },
    fail: (refusal) => failPlainly(client, refusal),
    keepAlive() {
      client.open(200, JSON_TYPE);
      client.write(' ');
    },
  });

export const responseEvents =
  (body: ResponsesRequest) =>
  (client: ClientConnection, head: AnswerHead): AnswerWriter => {
    let sent = 0;
    const event = (type: string, more: object) =>
      client.write(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sent++, ...more })}\n\n`);
    const at = (block: Block) => {
      const { id } = itemOf(head, block, 'in_progress') as { id: string };
      return { item_id: id, output_index: block.index, ...(block.kind === 'call' ? {} : { content_index: 0 }) };
    };
    const sequence = new BlockSequence({
      opened(block) {
        event('response.output_item.added', { output_index: block.index, item: itemOf(head, block, 'in_progress') });
        if (block.kind === 'text') event('response.content_part.added', { ...at(block), part: textPart('') });
        if (block.kind === 'reasoning') event('response.content_part.added', { ...at(block), part: reasoningPart('') });
      },
      added(block, delta) {
        if (block.kind === 'reasoning') event('response.reasoning_text.delta', { ...at(block), delta });
        else if (block.kind === 'text') event('response.output_text.delta', { ...at(block), delta, logprobs: [] });
        else event('response.function_call_arguments.delta', { ...at(block), delta });
      },
      closed(block) {
        const { text } = block;
        if (block.kind === 'reasoning') {
          event('response.reasoning_text.done', { ...at(block), text });
          event('response.content_part.done', { ...at(block), part: reasoningPart(text) });
        } else if (block.kind === 'text') {
          event('response.output_text.done', { ...at(block), text, logprobs: [] });
          event('response.content_part.done', { ...at(block), part: textPart(text) });
        } else event('response.function_call_arguments.done', { ...at(block), name: block.call.name, arguments: text });
        event('response.output_item.done', { output_index: block.index, item: itemOf(head, block, 'completed') });
      },
    });
    return {
      begin() {
        if (client.isOpen && sent > 0) return;
        client.open(200, EVENT_STREAM);
        const response = responseOf(head, body, [], undefined);
        event('response.created', { response });
        event('response.in_progress', { response });
      },
      delta: (choice, delta) => sequence.add(choice, delta),
      finish(choice, rest) {
        sequence.add(choice, rest);
        sequence.end();
      },
      end([choice]) {
        const response = responseOf(head, body, sequence.blocks, choice);
        event(response.status === 'incomplete' ? 'response.incomplete' : 'response.completed', { response });
        client.end();
      },
      fail(refusal) {
        if (!client.isOpen) return failPlainly(client, refusal);
        const { message, code, param } = refusal.body.error;
        event('error', { message, code, param });
        client.end();
      },
      keepAlive() {
        client.open(200, EVENT_STREAM);
        client.write(': keep-alive\n\n');
      },
    };
  };
