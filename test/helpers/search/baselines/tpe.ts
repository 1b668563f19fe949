import { type Random, randomInt, randomStream } from '../../../../src/core/random.js';
import { mean } from '../../../../src/stats/sample.js';
import type { DesignPoint } from '../../../../src/sweeps/search/search-space.js';
import type { Contestant } from '../replay.js';

/**
 * A small tree-structured Parzen estimator (Bergstra et al. 2011) for comparison, as its users run it: one trial after
 * another, the best observed mean wins. Axes are taken as unordered; candidates come from the feasible points.
 */
const START = 20;
const GOOD_SHARE = 0.2;
const CANDIDATES = 24;

export const tpe = (trials: number): Contestant => ({
  name: `TPE, ${trials} trials`,
  play(world, seed) {
    const env = world.open(seed + 1_000_003);
    const random = randomStream(seed, 'tpe');
    const { points, axes } = world.space;
    const names = axes.filter((axis) => axis.kind !== 'covariate').map((axis) => axis.name);
    const seen: Seen[] = [];
    while (seen.length < trials) {
      const point =
        seen.length < START ? points[randomInt(random, points.length)]! : suggest(points, names, seen, random);
      seen.push({ point, value: env.run(point.id, 'full').value ?? 0 });
    }
    return { id: bestMean(seen), trials: env.trials };
  },
});

type Seen = { point: DesignPoint; value: number };

function suggest(
  points: readonly DesignPoint[],
  names: readonly string[],
  seen: readonly Seen[],
  random: Random,
): DesignPoint {
  const ranked = [...seen].sort((a, b) => b.value - a.value).map((s) => s.point);
  const split = Math.ceil(GOOD_SHARE * ranked.length);
  const good = names.map((name) => density(name, ranked.slice(0, split), points));
  const bad = names.map((name) => density(name, ranked.slice(split), points));
  const logRatio = (p: DesignPoint): number =>
    names.reduce((sum, name, k) => sum + Math.log(good[k]!(p.levels[name]) / bad[k]!(p.levels[name])), 0);
  // Drawn by their density under "good", as the estimator asks, by rejection from the feasible points.
  const drawn: DesignPoint[] = [];
  while (drawn.length < CANDIDATES) {
    const p = points[randomInt(random, points.length)]!;
    const likelihood = names.reduce((product, name, k) => product * good[k]!(p.levels[name]), 1);
    if (random() < likelihood ** 0.5) drawn.push(p);
  }
  return drawn.reduce((best, p) => (logRatio(p) > logRatio(best) ? p : best));
}

/** Smoothed relative frequency of each level of an axis. */
function density(name: string, from: readonly DesignPoint[], points: readonly DesignPoint[]) {
  const levels = new Set(points.map((p) => p.levels[name])).size;
  const counts = new Map<string | number | undefined, number>();
  for (const { levels: own } of from) counts.set(own[name], (counts.get(own[name]) ?? 0) + 1);
  return (level: string | number | undefined): number => ((counts.get(level) ?? 0) + 1) / (from.length + levels);
}

function bestMean(seen: readonly Seen[]): string {
  const values = new Map<string, number[]>();
  for (const { point, value } of seen) values.set(point.id, [...(values.get(point.id) ?? []), value]);
  return [...values].map(([id, own]) => ({ id, mean: mean(own) })).sort((a, b) => b.mean - a.mean)[0]!.id;
}
