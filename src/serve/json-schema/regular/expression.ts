import type { CharacterSet } from './characters.js';

/** A regular expression. */
export type Expression =
  | { kind: 'set'; set: CharacterSet }
  | { kind: 'seq'; parts: readonly Expression[] }
  | { kind: 'alt'; parts: readonly Expression[] }
  | { kind: 'repeat'; part: Expression; min: number; max: number }
  | { kind: 'start' }
  | { kind: 'end' }
  | { kind: 'look'; part: Expression; isNegative: boolean };

/** A pattern that is not understood, or one that costs too much. */
export class PatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PatternError';
  }
}
