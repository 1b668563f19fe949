import { baseCandidate, type Candidate, knobDifferences } from '../../core/candidate.js';
import { knobText } from '../texts/knob-text.js';
import { shortName } from '../texts/safe-name.js';
import { joined, same, type Text } from '../texts/text.js';

/** Values that need no name of their knob before them. */
const SELF_NAMED = new Set(['binding', 'allocator']);

/** Engine and quantization: the name of a curve, a row or a level. */
export const levelName = ({ backend, quant }: { backend: string; quant: string }): string =>
  `${backend} ${shortName(quant, 24)}`;

/** A configuration in words: engine, quantization, threads, and each knob that is not at its base value. */
export function labelText(candidate: Candidate): Text {
  const base = baseCandidate(candidate.backend, candidate.quant, candidate.threads);
  const rest = knobDifferences({ ...candidate, threadsBatch: null }, base).map(shortKnob);
  const parts = [same(levelName(candidate)), threadsText(candidate), ...rest];
  return joined(parts, { en: ', ', zh: '，' });
}

export function threadsText({ threads, threadsBatch }: Pick<Candidate, 'threads' | 'threadsBatch'>): Text {
  const prefill = threadsBatch !== null && threadsBatch !== threads;
  return {
    en: `${threads} thread${threads === 1 ? '' : 's'}${prefill ? ` (prefill ${threadsBatch})` : ''}`,
    zh: `${threads} 线程${prefill ? `（预填充 ${threadsBatch}）` : ''}`,
  };
}

/** Bindings and allocators are known by their value alone. */
function shortKnob(difference: string): Text {
  const [name = '', value = ''] = difference.split(/=(.*)/s);
  return SELF_NAMED.has(name) ? same(shortName(value)) : knobText(difference);
}
