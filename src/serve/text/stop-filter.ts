import { heldSuffixLength } from './held-suffix.js';

/** Passes text on and ends at the first stop string, of which not even a beginning gets out. */
export type StopFilter = {
  /** Text that is now certain to belong to the answer. Empty once stopped. */
  push(character: string): string;
  /** What was held back, when the text ends without a stop string. */
  finish(): string;
  readonly stop: string | undefined;
};

/** The earliest-ending stop string wins; among those that end together, the longest. Takes one character at a time. */
export function createStopFilter(stops: readonly string[]): StopFilter {
  let held = '';
  let stop: string | undefined;
  return {
    get stop() {
      return stop;
    },
    push(character) {
      if (stop !== undefined) return '';
      if (stops.length === 0) return character;
      held += character;
      stop = stops.filter((s) => held.endsWith(s)).sort((a, b) => b.length - a.length)[0];
      const kept = stop === undefined ? heldSuffixLength(held, stops) : stop.length;
      const sure = held.slice(0, held.length - kept);
      held = stop === undefined ? held.slice(sure.length) : '';
      return sure;
    },
    finish() {
      const rest = held;
      held = '';
      return rest;
    },
  };
}
