import type { AnswerChoice, ChoiceDelta } from './choice.js';

/** How the two generation routes write the same events: as chat messages or as plain text. */
export type Shape = {
  chunkObject: string;
  object: string;
  /** One choice of a chunk; `finish` is null until its last. `isFirst`: the first chunk of this choice. */
  chunk(choice: AnswerChoice, delta: ChoiceDelta, finish: AnswerChoice['finish'], isFirst: boolean): object;
  /** One choice of a whole answer. */
  full(choice: AnswerChoice): object;
};
