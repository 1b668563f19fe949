import { isModelOf } from '../../core/backends.js';
import { type Candidate, candidateId } from '../../core/candidate.js';
import { KNOBS, levelOf, SEARCHED_IDS } from '../../core/knobs.js';
import type { Machine } from '../../core/machine.js';
import type { ModelFile } from '../../core/model.js';
import type { Space } from '../space/space.js';
import { placesOn } from './place.js';
import type { DesignSpace } from './search-space.js';

const distinct = (values: readonly string[]): string[] => [...new Set(values)];

/** Axis → the values that occur, for the plan and the report. */
export function axisValues(candidates: readonly Candidate[]): Record<string, string[]> {
  return Object.fromEntries(
    SEARCHED_IDS.map((id) => [KNOBS[id].axis, distinct(candidates.map((c) => String(levelOf(id, c))))]),
  );
}

/** Bits a weight, from the bytes one decoded token reads: what the roofline of decode follows. */
const bitsOf = (model: ModelFile | undefined): number => (model ? (model.bytesPerToken * 8) / model.parameters : 16);

/** The candidates as flat features for a search strategy; axes with a single value are left out. */
export function toDesignSpace(
  space: Space,
  models: readonly ModelFile[],
  machine: Machine,
  qualityTier: (candidate: Candidate) => number,
): DesignSpace {
  const placeOf = placesOn(machine);
  const { candidates } = space;
  const varying = SEARCHED_IDS.filter((id) => distinct(candidates.map((c) => String(levelOf(id, c)))).length > 1);
  return {
    axes: [
      ...varying.map((id) => {
        const { axis: name, kind } = KNOBS[id];
        return kind === 'numeric' ? { name, kind, scale: 'log2' as const } : { name, kind };
      }),
      ...(varying.includes('quant') ? [{ name: 'bits', kind: 'covariate' as const, scale: 'ln' as const }] : []),
    ],
    points: candidates.map((candidate) => ({
      id: candidateId(candidate),
      qualityTier: qualityTier(candidate),
      place: placeOf(candidate),
      levels: {
        ...Object.fromEntries(varying.map((id) => [KNOBS[id].axis, levelOf(id, candidate)])),
        bits: bitsOf(models.find((model) => isModelOf(model, candidate))),
      },
    })),
    defaultId: candidateId(space.defaultCandidate),
    references: (space.references ?? []).map(candidateId),
  };
}
