import { heldSuffixLength } from './held-suffix.js';
import { type ReasoningMode, THINK_TAGS } from './reasoning-style.js';

export type Part = { kind: 'reasoning' | 'answer'; text: string };

/** Splits characters into reasoning and answer. White space around the reasoning and before the answer is dropped. */
export type ThinkSplitter = {
  push(character: string): Part | undefined;
  finish(): Part | undefined;
  readonly phase: 'undecided' | 'thinking' | 'answer';
};

const isBlank = (text: string): boolean => text.trim() === '';

export function createThinkSplitter(
  mode: ReasoningMode,
  { open, close }: { open: string; close: string } = THINK_TAGS,
): ThinkSplitter {
  const opening = open.trimEnd();
  let phase: ThinkSplitter['phase'] = mode === 'open' ? 'thinking' : mode === 'auto' ? 'undecided' : 'answer';
  let held = '';
  let hasReasoning = false;
  let skipsBlank = false;

  const decide = (): Part | undefined => {
    const begun = held.trimStart();
    if (begun === opening) {
      phase = 'thinking';
      held = '';
    } else if (!opening.startsWith(begun)) {
      phase = 'answer';
      return release('answer', held.length);
    }
    return undefined;
  };
  const think = (): Part | undefined => {
    if (held.endsWith(close)) {
      const text = held.slice(0, -close.length).trimEnd();
      phase = 'answer';
      skipsBlank = true;
      held = '';
      return (text && { kind: 'reasoning', text }) || undefined;
    }
    if (!hasReasoning) held = held.trimStart();
    const sure = held.slice(0, held.length - heldSuffixLength(held, [close])).trimEnd();
    return release('reasoning', sure.length);
  };
  const release = (kind: Part['kind'], length: number): Part | undefined => {
    const text = held.slice(0, length);
    held = held.slice(length);
    if (text && kind === 'reasoning') hasReasoning = true;
    return text ? { kind, text } : undefined;
  };
  return {
    get phase() {
      return phase;
    },
    push(character) {
      if (phase === 'answer') {
        if (skipsBlank && isBlank(character)) return undefined;
        skipsBlank = false;
        return { kind: 'answer', text: character };
      }
      held += character;
      return phase === 'thinking' ? think() : decide();
    },
    finish() {
      return release(
        phase === 'thinking' ? 'reasoning' : 'answer',
        phase === 'thinking' ? held.trimEnd().length : held.length,
      );
    },
  };
}
