import type { Design } from './design.js';
import { fewestBlocks } from './error-rate.js';

/** More would sharpen intervals past what verdicts need. */
const MOST_BLOCKS = 12;
/** Designs that only report levels: enough for an interval. */
const LEVEL_BLOCKS = 3;
/** Expected times are rough, and disturbed blocks are repeated. */
const SAFETY = 0.85;

export function neededBlocks(design: Design): number {
  const deciding = design.comparisons.filter((c) => c.decides).length;
  return deciding === 0 ? LEVEL_BLOCKS : fewestBlocks(deciding);
}

/** What a claim takes: the fewest blocks that allow a verdict, and the time of one. */
export type Load = { needed: number; blockMs: number };

const timeOf = ({ needed, blockMs }: Load): number => needed * blockMs;

/**
 * Blocks for the claim that begins now, from the time left for it and those after it; never from a result. 0 when not
 * even the fewest fit.
 */
export function plannedBlocks(own: Load, later: readonly Load[], leftMs: number): number {
  if (timeOf(own) > leftMs) return 0;
  const all = [own, ...later].reduce((sum, load) => sum + timeOf(load), 0);
  const share = (SAFETY * leftMs) / Math.max(1, all);
  return Math.max(own.needed, Math.min(MOST_BLOCKS, Math.floor(own.needed * share)));
}
