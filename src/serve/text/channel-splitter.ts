import { heldSuffixLength } from './held-suffix.js';
import type { Part, ThinkSplitter } from './think-splitter.js';

const MESSAGE = '<|message|>';
/** What ends a message's text. */
const ENDS = ['<|end|>', '<|start|>', '<|channel|>'];

/**
 * Splits harmony's messages: what stands in the channel `analysis` is reasoning, all else is answer. Between messages
 * is a header, which nobody is shown. An answer without any header is an answer.
 */
export function createChannelSplitter(): ThinkSplitter {
  let phase: ThinkSplitter['phase'] = 'undecided';
  let held = '';

  const header = (): Part | undefined => {
    if (held.endsWith(MESSAGE)) {
      phase = /<\|channel\|>\s*analysis\b/.test(held) ? 'thinking' : 'answer';
      held = '';
      return undefined;
    }
    const isHeader = held.startsWith('<|') || '<|'.startsWith(held);
    if (isHeader || !isFirst) return undefined;
    phase = 'answer';
    return release(held.length);
  };
  const message = (): Part | undefined => {
    isFirst = false;
    const end = ENDS.find((mark) => held.endsWith(mark));
    if (end === undefined) return release(held.length - heldSuffixLength(held, ENDS));
    const part = release(held.length - end.length);
    phase = 'undecided';
    return part;
  };
  const release = (length: number): Part | undefined => {
    const text = held.slice(0, length);
    held = held.slice(length);
    return text ? { kind: phase === 'thinking' ? 'reasoning' : 'answer', text } : undefined;
  };
  let isFirst = true;
  return {
    get phase() {
      return phase;
    },
    push(character) {
      held += character;
      return phase === 'undecided' ? header() : message();
    },
    finish() {
      if (phase === 'undecided') return undefined;
      return release(held.length);
    },
  };
}
