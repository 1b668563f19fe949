import { type BlockState, blockState, countedBlocks, hasEnough } from '../../claims/blocks.js';
import type { Claim } from '../../claims/claim.js';
import type { Conduct } from '../../claims/conclude.js';
import type { Design } from '../../claims/design.js';
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
  /** Time left of the whole budget, ms. */
  leftMs: () => number;
  /** Time that later claims should be left with, ms: given up only for blocks that this verdict needs. */
  reservedMs: number;
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

/** Whether the next block can come in time: one that the verdict needs at any price, if all it needs still fit. */
function hasTime({ design, leftMs, reservedMs }: ClaimRun, { sound, disturbed }: BlockState, blockMs: number): boolean {
  const missing = neededBlocks(design) - sound.length - disturbed.length;
  return missing > 0 ? missing * blockMs <= leftMs() : blockMs <= leftMs() - reservedMs;
}

/** Runs blocks until those that count are as many as planned, or the time is over. Blocks in the log count. */
export async function runClaim(run: ClaimRun): Promise<Conduct> {
  const { clock } = run.ports;
  const startMs = clock.monotonicMs();
  for (let done = 0; ; done++) {
    const state = stateOf(run);
    const blockMs = done === 0 ? run.blockMs : (clock.monotonicMs() - startMs) / done;
    const isOver = state.arms.length === 0 || hasEnough(state, run.planned) || !hasTime(run, state, blockMs);
    if (isOver) return conductOf(run);
    await runBlock(run, state);
  }
}
