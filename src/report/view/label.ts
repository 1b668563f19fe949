import { baseCandidate, type Candidate, candidateLabel, knobDifferences } from '../../core/candidate.js';
import type { Text } from '../texts/text.js';

/** The short name of a configuration in every language. */
export function labelText(candidate: Candidate): Text {
  return { en: candidateLabel(candidate), zh: chineseLabel(candidate) };
}

function chineseLabel(candidate: Candidate): string {
  const base = baseCandidate(candidate.backend, candidate.quant, candidate.threads);
  const prefill = candidate.threadsBatch === null ? '' : `/${candidate.threadsBatch}`;
  const rest = knobDifferences({ ...candidate, threadsBatch: null }, base);
  return [`${candidate.backend} ${candidate.quant}`, `${candidate.threads}${prefill} 线程`, ...rest].join('，');
}
