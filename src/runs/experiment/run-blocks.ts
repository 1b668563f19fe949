import type { Block } from '../../core/experiment.js';
import type { Outcome } from '../../core/outcome.js';
import { mean } from '../../stats/sample.js';
import { countedInBlock, markVoided, memberOf } from '../../sweeps/trials/void-blocks.js';
import { mayRepeat, signalsOf, voidReasons } from '../../sweeps/trials/void-pairs.js';
import { COMPARED } from './compared.js';
import type { ExperimentPorts } from './ports.js';
import { runOne } from './run-one.js';

/**
 * What an experiment asks for: the next block after everything that is in the log, or null when it is over. It draws on the
 * log and on seeds alone, so that a killed run goes on where it was.
 */
export type Source = {
  next(log: readonly Outcome[]): Block | null;
  /** Whether a trial of the log is one of this experiment's; repeats of these count against its bound. */
  owns(outcome: Outcome): boolean;
  /** Trials planned in all: repeats of disturbed blocks may cost half as many again. Infinite where nothing is repeated. */
  plannedTrials: number;
};

/** The one loop: ask for a block, measure it, store its trials, until there is none. */
export async function runBlocks(source: Source, ports: ExperimentPorts): Promise<void> {
  const { log } = ports;
  for (let block = source.next(log.outcomes); block; block = source.next(log.outcomes))
    await runBlock(block, source, ports);
}

/** Measures what is left of a block, and all of it once more when the machine, not the workload, disturbed any of it. */
async function runBlock(block: Block, source: Source, ports: ExperimentPorts): Promise<void> {
  const run = async (from: number): Promise<void> => {
    for (const [position, arm] of block.arms.entries()) {
      if (position < from) continue;
      const isLast = position === block.arms.length - 1;
      await runOne({ arm, phase: block.phase, block: block.number, position, isLast }, ports);
    }
  };
  const isMeasured = new Set(counted(block, ports).map(memberOf));
  const done = block.arms.filter((arm) => isMeasured.has(arm.name)).length;
  await run(done);
  for (;;) {
    const reasons = whyAgain(block, source, ports);
    if (reasons.length === 0) return;
    ports.onRepeat(block, reasons);
    await run(0);
  }
}

const counted = (block: Block, { log }: ExperimentPorts): Outcome[] => countedInBlock(log.outcomes, block);

/** Why a block is to be run again; empty when it stands, because it is sound or because there is nothing left to repeat it with. */
function whyAgain(block: Block, source: Source, ports: ExperimentPorts): string[] {
  if (!COMPARED.has(block.phase)) return [];
  const { outcomes } = ports.log;
  const results = counted(block, ports);
  const reasons = voidReasons(results.map(signalsOf), outcomes.map(signalsOf));
  if (reasons.length === 0) return [];
  const repeated = markVoided(outcomes.filter(source.owns)).filter((o) => o.voided).length;
  const trialMs = mean(results.map((o) => o.wallMs));
  const neededMs = trialMs * results.length + (block.reserveMs?.(trialMs) ?? 0);
  const isAllowed = mayRepeat(source.plannedTrials, repeated + results.length - 1) && neededMs <= ports.leftMs();
  return isAllowed ? reasons : [];
}
