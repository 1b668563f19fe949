import { table } from '../../../core/table.js';
import type { Refusal } from '../../refusal.js';
import { type Block, BlockSequence, blocksOf } from '../answer-blocks.js';
import type { AnswerHead, AnswerWriter } from '../answer-writer.js';
import { EVENT_STREAM, JSON_TYPE, refusalHeaders } from '../answer-writer.js';
import type { AnswerChoice } from '../choice.js';
import type { ClientConnection } from '../client-connection.js';

/** Answers in the shape of the Anthropic API. */

const STOP_REASON = { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use' } as const;
const stopOf = ({ finish, stop }: AnswerChoice) => ({
  stop_reason: stop !== null && finish === 'stop' ? 'stop_sequence' : STOP_REASON[finish ?? 'stop'],
  stop_sequence: stop,
});

/** Tokens found in the KV cache are no part of `input_tokens` there. */
const usageOf = ({ promptTokens, cachedTokens, completionTokens }: AnswerChoice) => ({
  input_tokens: promptTokens - cachedTokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: cachedTokens,
  output_tokens: completionTokens,
});

const message = ({ id, model }: AnswerHead) => ({ id, type: 'message', role: 'assistant', model });

function contentOf(block: Block): object {
  if (block.kind === 'reasoning') return { type: 'thinking', thinking: block.text, signature: '' };
  if (block.kind === 'text') return { type: 'text', text: block.text };
  return { type: 'tool_use', id: block.call.id, name: block.call.name, input: parsed(block.text) };
}

/** Arguments that the end of the answer cut off are no JSON. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

const TYPES: Record<number, string> = table({
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
});

/** The error body of that API. */
export const messagesError = (refusal: Refusal): object => ({
  type: 'error',
  error: {
    type: TYPES[refusal.row.status] ?? (refusal.row.status < 500 ? 'invalid_request_error' : 'api_error'),
    message: refusal.message,
  },
});

function failPlainly(client: ClientConnection, refusal: Refusal): void {
  client.open(refusal.row.status, { ...JSON_TYPE, ...refusalHeaders(refusal) });
  client.end(JSON.stringify(messagesError(refusal)));
}

export function wholeMessage(client: ClientConnection, head: AnswerHead): AnswerWriter {
  return {
    begin() {},
    delta() {},
    finish() {},
    end([choice]) {
      client.open(200, JSON_TYPE);
      const content = blocksOf(choice!).map(contentOf);
      client.end(JSON.stringify({ ...message(head), content, ...stopOf(choice!), usage: usageOf(choice!) }));
    },
    fail: (refusal) => failPlainly(client, refusal),
    keepAlive() {
      client.open(200, JSON_TYPE);
      client.write(' ');
    },
  };
}

export function messageEvents(client: ClientConnection, head: AnswerHead): AnswerWriter {
  const event = (type: string, body: object) =>
    client.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`);
  let hasStarted = false;
  const start = (choice: AnswerChoice) => {
    if (hasStarted) return;
    hasStarted = true;
    const usage = { ...usageOf(choice), output_tokens: 0 };
    const body = { ...message(head), content: [], stop_reason: null, stop_sequence: null, usage };
    event('message_start', { message: body });
  };
  const deltaOf = ({ kind }: Block, delta: string) =>
    kind === 'reasoning'
      ? { type: 'thinking_delta', thinking: delta }
      : kind === 'text'
        ? { type: 'text_delta', text: delta }
        : { type: 'input_json_delta', partial_json: delta };
  const sequence = new BlockSequence({
    opened: (block) => event('content_block_start', { index: block.index, content_block: contentOf(block) }),
    added: (block, delta) => event('content_block_delta', { index: block.index, delta: deltaOf(block, delta) }),
    closed: (block) => event('content_block_stop', { index: block.index }),
  });
  return {
    begin: () => client.open(200, EVENT_STREAM),
    delta(choice, delta) {
      start(choice);
      sequence.add(choice, delta);
    },
    finish(choice, rest) {
      start(choice);
      sequence.add(choice, rest);
      sequence.end();
    },
    end([choice]) {
      event('message_delta', { delta: stopOf(choice!), usage: usageOf(choice!) });
      event('message_stop', {});
      client.end();
    },
    fail(refusal) {
      if (client.isOpen) client.end(`event: error\ndata: ${JSON.stringify(messagesError(refusal))}\n\n`);
      else failPlainly(client, refusal);
    },
    keepAlive() {
      client.open(200, EVENT_STREAM);
      client.write('event: ping\ndata: {"type": "ping"}\n\n');
    },
  };
}
