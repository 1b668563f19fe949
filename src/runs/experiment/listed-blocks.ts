import type { Block } from '../../core/experiment.js';
import type { Outcome } from '../../core/outcome.js';
import { countedInBlock, memberOf } from '../../sweeps/trials/void-blocks.js';
import type { Source } from './run-blocks.js';

function isDone(block: Block, log: readonly Outcome[]): boolean {
  const members = new Set(countedInBlock(log, block).map(memberOf));
  return block.arms.every((arm) => members.has(arm.name));
}

/** A list of blocks that is known from the start, such as pilots: those that are not in the log, in order. */
export const listedBlocks = (blocks: readonly Block[]): Source => ({
  next: (log) => blocks.find((block) => !isDone(block, log)) ?? null,
  owns: ({ phase }) => blocks.some((block) => block.phase === phase),
  plannedTrials: blocks.reduce((sum, { arms }) => sum + arms.length, 0),
});
