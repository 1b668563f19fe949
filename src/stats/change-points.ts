import { type Random, randomStream, shuffled } from '../core/random.js';

/*
 * E-divisive: change points by the energy statistic and a permutation test.
 * Matteson, James (2014), "A nonparametric approach for multiple change point analysis of multivariate data", Journal of the
 * American Statistical Association 109(505), 334–345: equations 5 to 8 and the hierarchical estimation of section 3, with α = 1.
 */

export type ChangePoint = {
  /** Index of the first value after the change. */
  at: number;
  /** Of the permutation test that found it. */
  p: number;
};

export type ChangePointOptions = {
  /** Level of each test. */
  alpha: number;
  permutations?: number;
  /** Fewest values between two changes, at least 2. */
  least?: number;
  /** The same for all, so that a history gives the same answer every time. */
  seed?: number;
};

type Segment = { from: number; to: number };
type Split = { at: number; statistic: number };

/** Where the values change, in order; empty where no change is significant. */
export function changePoints(values: readonly number[], options: ChangePointOptions): ChangePoint[] {
  const { alpha, permutations = 199, least = 3, seed = 1 } = options;
  const random = randomStream(seed, 'change points');
  const found: ChangePoint[] = [];
  for (;;) {
    const segments = segmentsOf(values.length, found);
    const best = bestOf(segments.map((segment) => bestSplit(cut(values, segment), least, segment.from)));
    if (best === null) break;
    const most = Math.floor(alpha * (permutations + 1)) - 1;
    const reached = timesReached(
      segments.map((segment) => cut(values, segment)),
      best.statistic,
      { least, permutations, most, random },
    );
    if (reached > most) break;
    found.push({ at: best.at, p: (reached + 1) / (permutations + 1) });
    found.sort((a, b) => a.at - b.at);
  }
  return found;
}

/** The stretches between changes. */
export function segmentsOf(length: number, changes: readonly Pick<ChangePoint, 'at'>[]): Segment[] {
  const edges = [0, ...changes.map(({ at }) => at), length];
  return edges.slice(1).map((to, i) => ({ from: edges[i]!, to }));
}

const cut = (values: readonly number[], { from, to }: Segment): readonly number[] => values.slice(from, to);

const bestOf = (splits: readonly (Split | null)[]): Split | null =>
  splits.reduce((best, split) => (split && (!best || split.statistic > best.statistic) ? split : best), null);

/** How often values in random order, each in its own segment, split as clearly; stops counting above `most`. */
function timesReached(
  segments: readonly (readonly number[])[],
  statistic: number,
  { least, permutations, most, random }: { least: number; permutations: number; most: number; random: Random },
): number {
  let reached = 0;
  for (let i = 0; i < permutations && reached <= most; i++) {
    const best = bestOf(segments.map((values) => bestSplit(shuffled(values, random), least, 0)));
    if (best !== null && best.statistic >= statistic) reached++;
  }
  return reached;
}

/**
 * The split with the largest scaled energy distance between what lies before it and a stretch after it. The stretch may end
 * early, so that a change that is taken back later is found too. Null where there are too few values.
 */
function bestSplit(values: readonly number[], least: number, offset: number): Split | null {
  const n = values.length;
  if (n < 2 * least) return null;
  const { before, within } = distanceSums(values);
  let best: Split | null = null;
  for (let at = least; at <= n - least; at++) {
    let right = 0;
    for (let end = at + 1; end <= n; end++) {
      right += before(end - 1, end - 1) - before(end - 1, at);
      if (end - at < least) continue;
      const statistic = energy(at, end - at, within[at]!, right, within[end]!);
      if (best === null || statistic > best.statistic) best = { at: at + offset, statistic };
    }
  }
  return best;
}

/** Scaled energy distance of the first `n` values and the `m` after them, from sums of distances inside both and over all. */
function energy(n: number, m: number, left: number, right: number, all: number): number {
  const between = (2 * (all - left - right)) / (n * m);
  return ((n * m) / (n + m)) * (between - (2 * left) / (n * (n - 1)) - (2 * right) / (m * (m - 1)));
}

/** `before(j, i)`: distances of value j from the first i. `within[k]`: distances among the first k, each pair once. */
function distanceSums(values: readonly number[]) {
  const n = values.length;
  const sums = new Float64Array(n * (n + 1));
  const within = new Float64Array(n + 1);
  for (let j = 0; j < n; j++) {
    const row = j * (n + 1);
    for (let i = 0; i < n; i++) sums[row + i + 1] = sums[row + i]! + Math.abs(values[i]! - values[j]!);
    within[j + 1] = within[j]! + sums[row + j]!;
  }
  return { before: (j: number, i: number): number => sums[j * (n + 1) + i]!, within };
}
