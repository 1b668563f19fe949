import { type Candidate, candidateId } from '../../core/candidate.js';
import { CALM } from '../../core/claims.js';
import type { Arm, Block } from '../../core/experiment.js';
import type { NeighbourPlan } from '../../core/neighbour.js';
import type { Outcome } from '../../core/outcome.js';
import { randomStream, shuffled } from '../../core/random.js';
import type { Plan } from '../../core/run-result.js';
import { COMPETITORS, FEWEST_BLOCKS, type NeighbourArm } from '../../sweeps/results/neighbour.js';
import { expectedTrialMs, type Pilot } from '../../sweeps/search/time-plan.js';
import { countedInBlock } from '../../sweeps/trials/void-blocks.js';
import type { Source } from '../experiment/run-blocks.js';
import { planArm } from './plan-arms.js';

/** Trials beside a busy process: apart from the search, after it, and counted for nothing else. */
export const isBesideNeighbour = ({ phase }: Pick<Outcome, 'phase'>): boolean => phase === 'neighbour';

const BLOCKS: Record<Plan['effort'], number> = { quick: FEWEST_BLOCKS, default: 4, thorough: 5 };
/** Threads that wait for one another can lose as much as this beside a busy process: 2 threads on 2 CPUs fell to a third. */
const SLOWER = 3;
/** Of a budget no more than this share is kept back for the fewest blocks: a search comes first. */
const BUDGET_SHARE = 0.15;
/** The winner, its rival, and the winner with one thread fewer. */
const MOST_ARMS = 3;

/** What a sweep plans unless it is told otherwise: only engines that compute have anything to lose. */
export const neighbourPlan = (effort: Plan['effort'], environment: NeighbourPlan['environment']): NeighbourPlan => ({
  environment,
  blocks: BLOCKS[effort],
});

export type TimeFacts = { pilots: readonly Pilot[]; threadBudget: number };

/** Expected time of one trial beside a busy process, ms. That one runs while the engine is measured, not while it loads. */
export function besideMs(plan: Plan, candidate: Candidate, { pilots, threadBudget }: TimeFacts): number {
  const loadMs = Math.min(...pilots.map(({ fixedMs }) => fixedMs));
  const all = expectedTrialMs(candidate, plan.workloads.short, pilots, threadBudget);
  return all + (SLOWER - 1) * Math.max(0, all - loadMs);
}

/** Time to keep back of a budget, ms: nothing where the search needs it more. */
export function neighbourReserveMs(plan: Plan, facts: TimeFacts): number {
  const { budgetMs, neighbour, defaultCandidate } = plan;
  if (!neighbour || budgetMs === null) return 0;
  const needed = FEWEST_BLOCKS * MOST_ARMS * besideMs(plan, defaultCandidate, facts);
  return needed <= BUDGET_SHARE * budgetMs ? needed : 0;
}

/** Blocks of all arms in random order, as many as were planned or as there is time for; fewer than can tell anything, none. */
export function neighbourSource(
  plan: Plan,
  arms: readonly NeighbourArm[],
  hasTimeFor: (blocks: number) => boolean,
): Source {
  const planned = arms.length > 0 ? (plan.neighbour?.blocks ?? 0) : 0;
  const blockOf = (number: number): Block => ({
    phase: 'neighbour',
    number,
    arms: shuffled(arms, randomStream(plan.seed, `neighbour ${number}`)).map(
      ({ candidate }): Arm => ({
        ...planArm(plan, candidate, 'short'),
        name: candidateId(candidate),
        conditions: { ...CALM, competitors: COMPETITORS },
      }),
    ),
  });
  const isDone = (block: Block, log: readonly Outcome[]): boolean =>
    countedInBlock(log, block).length === block.arms.length;
  return {
    plannedTrials: planned * arms.length,
    owns: isBesideNeighbour,
    next(log) {
      const blocks = Array.from({ length: planned }, (_, number) => blockOf(number));
      const at = blocks.findIndex((block) => !isDone(block, log));
      return at >= 0 && hasTimeFor(Math.max(1, FEWEST_BLOCKS - at)) ? blocks[at]! : null;
    },
  };
}
