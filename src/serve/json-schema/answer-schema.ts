import type { Session } from '../../core/engine.js';
import type { GenerateParameters } from '../protocol.js';
import { advance, isDead, type State, startState } from './automaton.js';
import { ANY_OBJECT, compileSchema } from './compile.js';

export type AnswerForm = NonNullable<GenerateParameters['form']>;

/** Follows an answer byte by byte and says which tokens can go on. The thinking before it is free. */
export type AnswerSchema = {
  push(bytes: Uint8Array): void;
  allows(token: number): boolean;
  /** While the model thinks: everything but the end, and nothing that could close the thinking and go on at once. */
  allowsInThinking(token: number): boolean;
  /** Nothing can follow. */
  readonly isClosed: boolean;
};

const CLOSE = '>'.charCodeAt(0);
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

export function createAnswerSchema(session: Session, form: AnswerForm): AnswerSchema {
  const ends = new Set(session.describe().eosTokens);
  let state = startState(form.kind === 'object' ? ANY_OBJECT : compileSchema(form.schema));
  const bytesOf = (token: number) => session.tokenBytes(token, { special: false });
  return {
    get isClosed() {
      return state.isComplete && state.stacks.length === 0;
    },
    push(bytes) {
      state = follow(state, bytes);
    },
    allows(token) {
      if (ends.has(token)) return state.isComplete;
      const bytes = bytesOf(token);
      return bytes.length > 0 && !isDead(follow(state, bytes));
    },
    allowsInThinking(token) {
      if (ends.has(token)) return false;
      const bytes = bytesOf(token);
      const close = bytes.indexOf(CLOSE);
      return close < 0 || bytes.subarray(close + 1).every(isBlank);
    },
  };
}

function follow(from: State, bytes: Uint8Array): State {
  let state = from;
  for (const byte of bytes) {
    if (isDead(state)) return state;
    state = advance(state, byte);
  }
  return state;
}
