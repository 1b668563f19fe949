import { heldSuffixLength } from '../text/held-suffix.js';
import type { CallFormat } from './call-format.js';

/** What a piece of an answer adds: text, and parts of calls. A call's first part carries its name. */
export type CallDelta = { index: number; name?: string; arguments: string };
export type Read = { content: string; calls: CallDelta[] };

/** Tells calls from text in an answer as it comes, however it is cut. */
export type CallReader = { push(text: string): Read; finish(): Read };

/** By what a call begins: its tag anywhere, or all that stands before the name at the very start of an answer. */
export function triggerOf({ before }: CallFormat): { text: string; isAnywhere: boolean } {
  const tag = /^<[^<>\s]+>/.exec(before)?.[0];
  return tag === undefined ? { text: before, isAnywhere: false } : { text: tag, isAnywhere: true };
}

export function createCallReader(format: CallFormat): CallReader {
  const trigger = triggerOf(format);
  let held = '';
  let place: 'text' | 'before' | 'name' | 'arguments' | 'after' = 'text';
  let calls = 0;
  let hasText = false;
  let depth = depthCounter();
  /** White space before a call, which is no part of the text. */
  let blanks = '';

  const takeText = (read: Read): boolean => {
    const mayBegin = trigger.isAnywhere || !hasText;
    const at = mayBegin ? held.indexOf(trigger.text) : -1;
    if (at >= 0 && (trigger.isAnywhere || held.slice(0, at).trim() === '')) {
      const text = held.slice(0, at).trimEnd();
      emit(read, text);
      blanks = held.slice(text.length, at);
      held = held.slice(at);
      place = 'before';
      return true;
    }
    const sure = held.slice(0, held.length - heldSuffixLength(held, [trigger.text])).trimEnd().length;
    const kept = mayBegin ? held.length - sure : 0;
    const isUndecided = mayBegin && !trigger.isAnywhere && trigger.text.startsWith(held.trimStart());
    if (!isUndecided) emit(read, held.slice(0, held.length - kept));
    if (!isUndecided) held = held.slice(held.length - kept);
    return false;
  };
  const emit = (read: Read, text: string) => {
    if (calls > 0 && !hasText && text.trim() === '') return;
    if (text !== '') hasText = true;
    read.content += text;
  };
  const takeBefore = (read: Read): boolean => {
    if (held.startsWith(format.before)) {
      held = held.slice(format.before.length);
      place = 'name';
      return true;
    }
    if (format.before.startsWith(held)) return false;
    // It only looked like a call; another may begin in what follows.
    emit(read, blanks + held.slice(0, trigger.text.length));
    held = held.slice(trigger.text.length);
    place = 'text';
    return true;
  };
  const takeName = (read: Read): boolean => {
    const at = held.indexOf(format.between);
    if (at < 0) return false;
    read.calls.push({ index: calls++, name: held.slice(0, at), arguments: '' });
    held = held.slice(at + format.between.length);
    depth = depthCounter();
    place = 'arguments';
    return true;
  };
  const takeArguments = (read: Read): boolean => {
    const end = depth(held);
    const part = end === undefined ? held : held.slice(0, end);
    if (part) read.calls.push({ index: calls - 1, arguments: part });
    held = held.slice(part.length);
    if (end !== undefined) place = 'after';
    return end !== undefined;
  };
  const takeAfter = (): boolean => {
    if (held.length < format.after.length) return false;
    held = held.slice(format.after.length).trimStart();
    place = 'text';
    hasText = false;
    return held !== '';
  };
  const steps = { text: takeText, before: takeBefore, name: takeName, arguments: takeArguments, after: takeAfter };
  return {
    push(text) {
      const read: Read = { content: '', calls: [] };
      held += text;
      while (steps[place](read));
      return read;
    },
    finish() {
      const read: Read = { content: '', calls: [] };
      if (place === 'text' || place === 'before') emit(read, place === 'text' ? held : blanks + held);
      held = '';
      return read;
    },
  };
}

/** Finds where a JSON object ends, over pieces: the index after its last bracket, once it is there. */
function depthCounter(): (piece: string) => number | undefined {
  let depth = 0;
  let isInText = false;
  let isEscaped = false;
  return (piece) => {
    for (let at = 0; at < piece.length; at++) {
      const character = piece[at];
      if (isEscaped) isEscaped = false;
      else if (isInText && character === '\\') isEscaped = true;
      else if (character === '"') isInText = !isInText;
      else if (!isInText && (character === '{' || character === '[')) depth++;
      else if (!isInText && (character === '}' || character === ']') && --depth === 0) return at + 1;
    }
    return undefined;
  };
}
