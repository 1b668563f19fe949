import type { Refusal } from '../refusal.js';
import { type AnswerChoice, type ChoiceDelta, timingsSoFar } from './choice.js';
import type { ClientConnection } from './client-connection.js';
import type { Shape } from './shape.js';

/** Writes the events of a request to its client, all at the end or one by one. */
export type AnswerWriter = {
  /** A worker has begun. */
  begin(): void;
  delta(choice: AnswerChoice, delta: ChoiceDelta): void;
  finish(choice: AnswerChoice, rest: ChoiceDelta): void;
  end(choices: readonly AnswerChoice[], tail: AnswerTail): void;
  fail(refusal: Refusal): void;
  /** Sent when the client has heard nothing for a while. */
  keepAlive(): void;
};

export type StreamOptions = { includeUsage: boolean; timingsPerToken: boolean };
export type AnswerTail = { usage: object; timings: object | undefined };
/** What every chunk and answer of a request has in common. */
export type AnswerHead = { id: string; created: number; model: string; system_fingerprint: string };

export const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
export const EVENT_STREAM = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  // Tells nginx not to collect the events before passing them on.
  'x-accel-buffering': 'no',
};

export function refusalHeaders(refusal: Refusal): Record<string, string> {
  const { retryAfterSeconds } = refusal;
  return {
    ...(refusal.row.isPermanent ? { 'x-should-retry': 'false' } : {}),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  };
}

/** The whole answer in one JSON body. After a minute the head goes out and blanks follow, to keep the connection. */
export function wholeWriter(client: ClientConnection, shape: Shape, head: AnswerHead): AnswerWriter {
  return {
    begin() {},
    delta() {},
    finish() {},
    end(choices, { usage, timings }) {
      client.open(200, JSON_TYPE);
      client.end(
        JSON.stringify({
          ...head,
          object: shape.object,
          choices: choices.map(shape.full),
          usage,
          ...(timings ? { timings } : {}),
        }),
      );
    },
    fail: (refusal) => failPlainly(client, refusal),
    keepAlive() {
      client.open(200, JSON_TYPE);
      client.write(' ');
    },
  };
}

/** Server-sent events: chunks, then `[DONE]`. */
export function streamWriter(
  client: ClientConnection,
  shape: Shape,
  head: AnswerHead,
  { includeUsage, timingsPerToken }: StreamOptions,
): AnswerWriter {
  const begun = new Set<number>();
  const event = (body: object) => client.write(`data: ${JSON.stringify(body)}\n\n`);
  const chunk = (choices: object[], more: object = {}) =>
    event({ ...head, object: shape.chunkObject, choices, ...(includeUsage ? { usage: null } : {}), ...more });
  const one = (choice: AnswerChoice, delta: ChoiceDelta, finish: AnswerChoice['finish']) => {
    const isFirst = !begun.has(choice.index);
    begun.add(choice.index);
    chunk([shape.chunk(choice, delta, finish, isFirst)], timingsPerToken ? { timings: timingsSoFar(choice) } : {});
  };
  const isEmpty = ({ reasoning, content, logprobs, calls }: ChoiceDelta) =>
    !reasoning && !content && logprobs.length === 0 && calls.length === 0;
  return {
    begin: () => client.open(200, EVENT_STREAM),
    delta(choice, delta) {
      if (!isEmpty(delta)) one(choice, delta, null);
    },
    finish(choice, rest) {
      if (!isEmpty(rest)) one(choice, rest, null);
      one(choice, { reasoning: '', content: '', logprobs: [], calls: [] }, choice.finish);
    },
    end(_choices, { usage, timings }) {
      if (includeUsage) chunk([], { usage, ...(timings ? { timings } : {}) });
      client.write('data: [DONE]\n\n');
      client.end();
    },
    fail(refusal) {
      if (client.isOpen) client.end(`data: ${JSON.stringify(refusal.body)}\n\n`);
      else failPlainly(client, refusal);
    },
    keepAlive() {
      client.open(200, EVENT_STREAM);
      client.write(': keep-alive\n\n');
    },
  };
}

export function failPlainly(client: ClientConnection, refusal: Refusal): void {
  client.open(refusal.row.status, { ...JSON_TYPE, ...refusalHeaders(refusal) });
  client.end(JSON.stringify(refusal.body));
}
