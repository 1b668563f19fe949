import { type Backend, baseCandidate, type Candidate } from '../../core/candidate.js';
import { AXIS_IDS, knob } from '../../core/knobs.js';
import type { Levels } from './levels.js';

/** The same configuration written in one way: as many prefill threads as decode, one thread apart from nobody and waiting for nobody. */
function canonical({ threadPlacement, poll, ...candidate }: Candidate): Candidate {
  const { threads, threadsBatch } = candidate;
  const isAlone = Math.max(threads, threadsBatch ?? 0) === 1;
  return {
    ...candidate,
    threadsBatch: threadsBatch === threads ? null : threadsBatch,
    ...(threadPlacement && !isAlone ? { threadPlacement } : {}),
    ...(poll !== undefined && !isAlone ? { poll } : {}),
  };
}

/** Every combination of the levels for one engine and quantization; knobs the engine lacks keep their base value. */
export function combinations(backend: Backend, quant: string, levels: Levels): Candidate[] {
  let partial: Candidate[] = [baseCandidate(backend, quant, 1)];
  for (const id of AXIS_IDS) {
    const { engines, write } = knob(id);
    const values: readonly unknown[] | undefined = levels[id];
    if (values === undefined || !engines[backend]) continue;
    partial = partial.flatMap((candidate) => values.map((value) => write(candidate, value)));
  }
  return partial.map(canonical);
}
