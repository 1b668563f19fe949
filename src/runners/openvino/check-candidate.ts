import { baseCandidate, type Candidate } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import { KNOB_IDS, KNOBS, type KnobId, levelOf } from '../../core/knobs.js';

/** Throws `ENGINE_MISSING` for knobs of other engines that are not at their base value: they would silently do nothing. */
export function checkCandidate(candidate: Candidate): void {
  const { backend, quant, threads, threadsBatch } = candidate;
  const base = { ...baseCandidate(backend, quant, threads), threadsBatch: threadsBatch === threads ? threads : null };
  const isForeign = (id: KnobId): boolean =>
    // The cache is the graph's, which says itself whether it is f16.
    !(KNOBS[id].engines[backend] || (id === 'kvType' && candidate.kvType === 'f16')) &&
    levelOf(id, candidate) !== levelOf(id, base);
  const asked = KNOB_IDS.filter(isForeign).map((id) => `${KNOBS[id].title.en} ${levelOf(id, candidate)}`);
  if (asked.length > 0)
    throw new R1Error('ENGINE_MISSING', `OpenVINO does not offer ${asked.join(', nor ')}.`, {
      fix: 'Leave these knobs at their defaults for the openvino backend.',
    });
}
