import type { HistoryVerdict, Level } from '../../core/gate.js';
import { changePoints, segmentsOf } from '../../stats/change-points.js';
import { median } from '../../stats/sample.js';

/** The history gate: has the level of many builds fallen, all at once or slowly, whatever a pair of two of them shows. */

export type DriftQuestion = {
  /** One value a build, oldest first, all of the same machine fingerprint, configuration, model and workload. */
  values: readonly number[];
  better: 'higher' | 'lower';
  margin: number;
  alpha: number;
};

/** What the values alone show. */
export type DriftVerdict = Omit<HistoryVerdict, 'builds'>;

/** With ten values a permutation test can reach 1 % (5 of 10: 252 ways, a split counts twice); with fewer it cannot. */
export const FEWEST_BUILDS = 10;
/** What lies further back is not looked at: the test takes time with the square of the builds. */
export const MOST_BUILDS = 200;

export function driftVerdict({ values, better, margin, alpha }: DriftQuestion): DriftVerdict {
  const marginRatio = better === 'higher' ? 1 - margin : 1 / (1 + margin);
  const logs = values.map(Math.log);
  const changes = values.length < FEWEST_BUILDS ? [] : changePoints(logs, { alpha });
  const levels = segmentsOf(values.length, changes).map(({ from, to }) => ({
    ...{ from, to },
    centre: median(values.slice(from, to)),
  }));
  // Builds of a machine whose own speed wanders are found to have changed in 30 to 45 % (docs/statistics.md): no ground to fail one.
  const base = { isBlocking: false, levels, ratio: null, fell: null, marginRatio };
  if (values.length < FEWEST_BUILDS) return { ...base, verdict: 'INCONCLUSIVE' };
  const now = levels.at(-1)!;
  const best = bestBefore(levels, better);
  if (best === null) return { ...base, verdict: 'PASS' };
  const ratio = better === 'higher' ? now.centre / best.centre : best.centre / now.centre;
  if (ratio > marginRatio) return { ...base, ratio, verdict: 'PASS' };
  return { ...base, ratio, verdict: 'FAIL', fell: { after: best.to - 1, until: now.from } };
}

function bestBefore(levels: readonly Level[], better: DriftQuestion['better']): Level | null {
  const earlier = levels.slice(0, -1);
  const isBetter = (a: Level, b: Level): boolean => (better === 'higher' ? a.centre > b.centre : a.centre < b.centre);
  return earlier.reduce<Level | null>((best, level) => (best && !isBetter(level, best) ? best : level), null);
}
