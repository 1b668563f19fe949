import type { Candidate } from '../../core/candidate.js';
import type { Interval } from '../../core/interval.js';
import type { Configuration } from '../../core/run-result.js';
import { type ParetoAxis, type ParetoPoint, paretoPlaces, type Range } from './pareto.js';

/** Peak RSS of the same configuration wanders by pages and thread stacks: so small a share is no difference. */
export const SAME_MEMORY = 0.01;

/** The prefill rate stands for the time to first token, as prompts of short and full trials differ in length. */
const AXES: readonly ParetoAxis[] = [
  { name: 'decode', better: 'higher' },
  { name: 'prefill', better: 'higher' },
  { name: 'memory', better: 'lower', indifference: SAME_MEMORY },
];
const QUALITY_AXIS: ParetoAxis = { name: 'quality', better: 'higher' };

const range = (interval: Interval | null): Range | null =>
  interval && interval.low !== null && interval.high !== null ? { low: interval.low, high: interval.high } : null;

const exactly = (value: number | null): Range | null => (value === null ? null : { low: value, high: value });

/** Sets each configuration's place among all; quality takes part where it was measured for every one of them. */
export function placeOnPareto(
  configurations: readonly Configuration[],
  qualityOf: (candidate: Candidate) => number | null,
): Configuration[] {
  const viable = configurations.filter((c) => c.trials > 0);
  const hasQuality = viable.every((c) => qualityOf(c.candidate) !== null);
  const points: ParetoPoint[] = viable.map((c) => ({
    id: c.candidateId,
    ranges: {
      decode: range(c.decodeTokensPerSecond),
      prefill: range(c.prefillTokensPerSecond),
      memory: exactly(c.peakRssBytes),
      quality: exactly(qualityOf(c.candidate)),
    },
  }));
  const places = paretoPlaces(points, hasQuality ? [...AXES, QUALITY_AXIS] : AXES);
  return configurations.map((c) => ({ ...c, pareto: places.get(c.candidateId) ?? 'not-ranked' }));
}
