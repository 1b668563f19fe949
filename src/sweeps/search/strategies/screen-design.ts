import { type Random, randomInt, shuffled } from '../../../core/random.js';
import type { DesignSpace } from '../search-space.js';

/** Candidates looked at for each place of the design: enough to find a balanced one, cheap in the largest space. */
const LOOK_AT = 400;

/**
 * `count` different points in which each level of each axis appears about equally often. In a full product of axes this is
 * a Latin-hypercube-like design; where combinations are missing it stays as balanced as the feasible points allow.
 * Indexes into `space.points`, in random order, without the default.
 */
export function screenDesign(space: DesignSpace, count: number, random: Random): number[] {
  const axes = space.axes.filter((axis) => axis.kind !== 'covariate');
  const levelCounts = axes.map((axis) => new Set(space.points.map((p) => p.levels[axis.name])).size);
  const uses = axes.map(() => new Map<string | number | undefined, number>());
  let open = shuffled([...space.points.keys()], random).filter((i) => space.points[i]!.id !== space.defaultId);
  const crowding = (i: number): number =>
    axes.reduce((sum, axis, k) => sum + (uses[k]!.get(space.points[i]!.levels[axis.name]) ?? 0) * levelCounts[k]!, 0);

  const picked: number[] = [];
  while (picked.length < count && open.length > 0) {
    const start = randomInt(random, open.length);
    let best = open[start]!;
    let least = crowding(best);
    for (let k = 1; k < Math.min(LOOK_AT, open.length); k++) {
      const i = open[(start + k) % open.length]!;
      const c = crowding(i);
      if (c < least) [best, least] = [i, c];
    }
    picked.push(best);
    open = open.filter((i) => i !== best);
    axes.forEach((axis, k) => {
      const level = space.points[best]!.levels[axis.name];
      uses[k]!.set(level, (uses[k]!.get(level) ?? 0) + 1);
    });
  }
  return shuffled(picked, random);
}
