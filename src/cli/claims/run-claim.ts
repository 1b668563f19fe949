import { type BlockState, blockState, countedBlocks, hasEnough } from '../../claims/blocks.js';
import type { Claim, Design } from '../../claims/claim.js';
import type { Conduct } from '../../claims/conclude.js';
import { neededBlocks } from '../../claims/schedule.js';
import type { Outcome } from '../../core/outcome.js';
import { randomStream, shuffled } from '../../core/random.js';
import { runOne, type SweepPorts } from '../../sweeps/sweep.js';
import { signalsOf, voidReasons } from '../../sweeps/void-pairs.js';

export type ClaimRun = {
  claim: Claim;
  design: Design;
  planned: number;
  seed: number;
  /** Every trial of the run so far, other claims' included. */
  log: () => readonly Outcome[];
  /** Time left for this claim, ms. */
  leftMs: () => number;
  /** Expected time of a block, ms. */
  blockMs: number;
  ports: SweepPorts;
};

const isOf = (claim: Claim) => (outcome: Outcome) => outcome.arm?.startsWith(`${claim.number}/`) ?? false;

function stateOf({ claim, design, log }: ClaimRun): BlockState {
  const run = log().map(signalsOf);
  return blockState(design, log().filter(isOf(claim)), (block) => voidReasons(block.map(signalsOf), run));
}

/** Every arm once, in an order that only the seed decides. */
async function runBlock(run: ClaimRun, { next, arms }: BlockState): Promise<void> {
  const { claim, design, seed, ports, log } = run;
  const order = shuffled(arms, randomStream(seed, `claim ${claim.number} block ${next}`));
  for (const [position, name] of order.entries()) {
    const { candidate, workload } = design.arms.find((arm) => arm.name === name)!;
    const place = { phase: 'claim' as const, block: next, position, fidelity: 'short' as const };
    await runOne({ candidate, workload, ...place, arm: `${claim.number}/${name}` }, log().length, ports);
  }
}

function conductOf(run: ClaimRun): Conduct {
  const { design, planned } = run;
  const state = stateOf(run);
  const counted = countedBlocks(state, neededBlocks(design));
  const own = run.log().filter(isOf(run.claim));
  return {
    trials: state.trials.filter((t) => counted.includes(t.block) && t.outcome.status === 'measured'),
    failed: state.trials.filter((t) => t.outcome.status !== 'measured'),
    blocksPlanned: planned,
    blocksRepeated: state.sound.length + state.disturbed.length - counted.length,
    wallMs: own.reduce((sum, outcome) => sum + outcome.wallMs, 0),
  };
}

/** Runs blocks until those that count are as many as planned, or the time is over. Blocks in the log count. */
export async function runClaim(run: ClaimRun): Promise<Conduct> {
  for (;;) {
    const state = stateOf(run);
    const isOver = run.leftMs() < run.blockMs;
    if (state.arms.length === 0 || hasEnough(state, run.planned) || isOver) return conductOf(run);
    await runBlock(run, state);
  }
}
