import { type BlockState, blockState } from '../../claims/blocks.js';
import type { Claim } from '../../claims/claim.js';
import type { Conduct } from '../../claims/conclude.js';
import type { Design } from '../../claims/design.js';
import { neededBlocks } from '../../claims/schedule.js';
import type { Arm, Block } from '../../core/experiment.js';
import type { Outcome } from '../../core/outcome.js';
import { randomStream, shuffled } from '../../core/random.js';
import { mean } from '../../stats/sample.js';
import { markVoided } from '../../sweeps/trials/void-blocks.js';
import type { Source } from '../experiment/run-blocks.js';

export type ClaimRun = {
  claim: Claim;
  design: Design;
  /** Blocks to run. */
  planned: number;
  seed: number;
  /** Time left of the whole budget, ms. */
  leftMs: () => number;
  /** Time that later claims should be left with, ms: given up only for blocks that this verdict needs. */
  reservedMs: number;
  /** Expected time of a block, ms. */
  blockMs: number;
};

const isOf =
  ({ number }: Claim) =>
  (outcome: Outcome): boolean =>
    outcome.arm?.startsWith(`${number}/`) ?? false;

const ownTrials = ({ claim }: ClaimRun, log: readonly Outcome[]): Outcome[] => markVoided(log.filter(isOf(claim)));

/** Arms of the next block, in an order that only the seed decides. */
function nextArms({ claim, design, seed }: ClaimRun, { next, arms }: BlockState): Arm[] {
  const order = shuffled(arms, randomStream(seed, `claim ${claim.number} block ${next}`));
  return order.map((name) => {
    const arm = design.arms.find((one) => one.name === name)!;
    return { ...arm, name: `${claim.number}/${name}` };
  });
}

/** The blocks of a claim, until they are as many as planned, or the time is over. Those in the log count. */
export function claimSource(run: ClaimRun): Source {
  const { claim, design, planned, leftMs, reservedMs } = run;
  /** Kept back after a block: what the verdict still needs, and once it has that, what later claims need. */
  const reserve = (complete: number, blockMs: number): number => {
    const missing = neededBlocks(design) - complete;
    return missing > 0 ? missing * blockMs : reservedMs;
  };
  return {
    owns: isOf(claim),
    plannedTrials: planned * design.arms.length,
    next(log): Block | null {
      const own = ownTrials(run, log);
      const state = blockState(design, own);
      const count = state.complete.length;
      const blockMs = own.length === 0 ? run.blockMs : mean(own.map((o) => o.wallMs)) * state.arms.length;
      const isNeeded = count < neededBlocks(design);
      const hasTime = (isNeeded ? 0 : blockMs) + reserve(count, blockMs) <= leftMs();
      if (state.arms.length === 0 || count >= planned || !hasTime) return null;
      const reserveMs = (trialMs: number): number => reserve(count + 1, trialMs * state.arms.length);
      return { phase: 'claim', number: state.next, arms: nextArms(run, state), reserveMs };
    },
  };
}

/** What the blocks of a claim came to. */
export function conductOf(run: ClaimRun, log: readonly Outcome[]): Conduct {
  const own = ownTrials(run, log);
  const { trials, complete } = blockState(run.design, own);
  const repeated = own.filter(({ voided }) => voided).map(({ block }) => block);
  return {
    trials: trials.filter((t) => complete.includes(t.block) && t.outcome.status === 'measured'),
    failed: trials.filter((t) => t.outcome.status !== 'measured'),
    blocksPlanned: run.planned,
    blocksRepeated: new Set(repeated).size,
    wallMs: own.reduce((sum, outcome) => sum + outcome.wallMs, 0),
  };
}
