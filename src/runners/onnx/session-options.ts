import { type Candidate, DEFAULT_ONNX_KNOBS, type OnnxKnobs } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';

/** What a session of ONNX Runtime is made with, whichever way it is reached. */
export type SessionOptions = {
  path: string;
  threads: number;
  knobs: OnnxKnobs;
};

export const sessionOptions = (path: string, candidate: Candidate): SessionOptions => ({
  path,
  threads: candidate.threads,
  knobs: candidate.onnx ?? DEFAULT_ONNX_KNOBS,
});

/** Knobs of other engines that ONNX Runtime does not have: asked for, they would silently do nothing. */
const ABSENT: [string, (candidate: Candidate) => boolean][] = [
  [
    'a thread count of its own for prefill (one pool serves both)',
    ({ threads, threadsBatch }) => threadsBatch !== null && threadsBatch !== threads,
  ],
  ['kernels chosen by instruction set', ({ isa }) => isa !== 'auto'],
  ['flash attention', ({ flashAttention }) => flashAttention],
  ['weights read into memory (it always maps them)', ({ mmap }) => !mmap],
  ['locked weights', ({ mlock }) => mlock],
  ['a quantized cache', ({ kvType }) => kvType === 'q8_0' || kvType === 'q4_0'],
];

/** Throws `ENGINE_MISSING` for a candidate that ONNX Runtime cannot be. */
export function checkCandidate(candidate: Candidate): void {
  const asked = ABSENT.filter(([, isAsked]) => isAsked(candidate)).map(([name]) => name);
  if (asked.length > 0)
    throw new R1Error('ENGINE_MISSING', `ONNX Runtime does not offer ${asked.join(', nor ')}.`, {
      fix: 'Leave these knobs at their defaults for the onnx backend.',
    });
}
