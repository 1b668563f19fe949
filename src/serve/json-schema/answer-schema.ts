import type { AllowedTokens, Session } from '../../core/engine.js';
import type { GenerateParameters } from '../protocol.js';
import type { CallFormat } from '../tools/call-format.js';
import { triggerOf } from '../tools/call-reader.js';
import { type Automaton, createAutomaton, type State, WorkExceeded } from './automaton.js';
import { callsGrammar } from './calls-grammar.js';
import { ANY_OBJECT, compileSchema } from './compile.js';
import { type Node, seq } from './grammar.js';
import { afterThinking } from './json-grammar.js';
import { addToken, tokensAfter } from './token-bits.js';
import { type TokenIndex, tokenIndexOf } from './token-index.js';

export type AnswerForm = NonNullable<GenerateParameters['form']>;

/** Follows an answer byte by byte and says which tokens can go on. The thinking before it is free. */
export type AnswerSchema = {
  /** Throws `WorkExceeded` when the answer cannot be followed at a bearable cost. */
  push(bytes: Uint8Array): void;
  /** Throws `WorkExceeded` too. */
  readonly allows: AllowedTokens;
  /** While the model thinks: everything but the end, and nothing that could close the thinking and go on at once. */
  readonly allowsInThinking: AllowedTokens;
  /** Nothing can follow. */
  readonly isClosed: boolean;
  /** Nothing binds yet: the answer may still become a call. */
  readonly isFree: boolean;
};

/** Parts of the grammar that one token may make us look at, each about 1 µs: other requests wait meanwhile. */
const WORK_A_TOKEN = 20_000;
/** Of these for all tokens at once; a set so wide that it costs more is asked for single tokens. */
const WORK_FOR_BITS = 4000;

const CLOSE = '>'.charCodeAt(0);
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** `follows`: the answer comes after thinking, which ends in blank lines. */
export function createAnswerSchema(session: Session, form: AnswerForm, followsThinking: boolean): AnswerSchema {
  const ends = new Set(session.describe().eosTokens);
  const grammar = grammarOf(form);
  const automaton = createAutomaton(followsThinking ? seq(afterThinking, grammar) : grammar);
  let state: State | null = automaton.start;
  let watcher = form.kind === 'tools' && form.mode === 'auto' && form.otherwise === null ? watchFor(form.format) : null;
  let index: TokenIndex | undefined;
  // Until it is there, tokens are asked for one by one.
  void tokenIndexOf(session).then((made) => {
    index = made;
  });
  const bytesOf = (token: number) => session.tokenBytes(token, { special: false });
  const bits = () => {
    if (!state || !index) return undefined;
    automaton.allowWork(WORK_FOR_BITS);
    const allowed = withinWork(() => tokensAfter(automaton, state!, index!));
    if (allowed && state.isComplete) for (const token of ends) addToken(allowed, token);
    automaton.allowWork(WORK_A_TOKEN);
    return allowed;
  };
  const has = (token: number): boolean => {
    if (state === null) return false;
    if (ends.has(token)) return state.isComplete;
    const bytes = bytesOf(token);
    return bytes.length > 0 && follow(automaton, state, bytes) !== null;
  };
  automaton.allowWork(WORK_A_TOKEN);
  return {
    get isFree() {
      return watcher !== null;
    },
    get isClosed() {
      return watcher === null && (state === null || (state.isComplete && state.items.length === 0));
    },
    push(bytes) {
      automaton.allowWork(WORK_A_TOKEN);
      if (watcher === null) state = state && follow(automaton, state, bytes);
      else {
        const begun = watcher(bytes);
        // What only looks like the beginning of a call is text.
        const after = begun && follow(automaton, automaton.start, begun);
        if (after) [state, watcher] = [after, null];
      }
    },
    allows: Object.assign(has, { bits }),
    allowsInThinking(token) {
      if (ends.has(token)) return false;
      const bytes = bytesOf(token);
      const close = bytes.indexOf(CLOSE);
      return close < 0 || bytes.subarray(close + 1).every(isBlank);
    },
  };
}

function withinWork<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof WorkExceeded) return undefined;
    throw error;
  }
}

/** Grammars of the last schemas: programs ask with the same one again and again. */
const grammars = new Map<string, Node>();
const MOST_GRAMMARS = 16;

function grammarOf(form: AnswerForm): Node {
  if (form.kind === 'object') return ANY_OBJECT;
  if (form.kind === 'tools') return callsGrammar(form);
  const key = JSON.stringify(form.schema);
  const grammar = grammars.get(key) ?? compileSchema(form.schema);
  grammars.delete(key);
  grammars.set(key, grammar);
  if (grammars.size > MOST_GRAMMARS) grammars.delete(grammars.keys().next().value!);
  return grammar;
}

/** Gives the beginning of a call, with what follows it, once it is written. */
function watchFor(format: CallFormat): (bytes: Uint8Array) => Uint8Array | undefined {
  const trigger = triggerOf(format);
  const mark = Buffer.from(trigger.text);
  let seen = Buffer.alloc(0);
  let isOver = false;
  return (bytes) => {
    if (isOver) return undefined;
    seen = Buffer.concat([seen, bytes]);
    const at = seen.indexOf(mark);
    if (!trigger.isAnywhere) {
      const begun = seen.toString('utf8').trimStart();
      if (!begun.startsWith(trigger.text) && !trigger.text.startsWith(begun)) isOver = true;
    } else if (at < 0) seen = seen.subarray(Math.max(0, seen.length - mark.length));
    if (at < 0 || isOver) return undefined;
    const found = seen.subarray(at);
    seen = Buffer.alloc(0);
    return found;
  };
}

function follow(automaton: Automaton, from: State, bytes: Uint8Array): State | null {
  let state: State | null = from;
  for (const byte of bytes) {
    if (state === null) return null;
    state = automaton.advance(state, byte);
  }
  return state;
}
