import type { Choice, ChoiceDelta } from './choice.js';

/** How the two generation routes write the same events: as chat messages or as plain text. */
export type Shape = {
  chunkObject: string;
  object: string;
  /** One choice of a chunk; `finish` is null until its last. `isFirst`: the first chunk of this choice. */
  chunk(choice: Choice, delta: ChoiceDelta, finish: Choice['finish'], isFirst: boolean): object;
  /** One choice of a whole answer. */
  full(choice: Choice): object;
};
