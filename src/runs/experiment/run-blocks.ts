import type { Block } from '../../core/experiment.js';
import type { Outcome } from '../../core/outcome.js';
import { mean } from '../../stats/sample.js';
import { countedInBlock, markVoided, memberOf, repeatsSingly } from '../../sweeps/trials/void-blocks.js';
import { type Disturbed, disturbedTrials, mayRepeat, signalsOf } from '../../sweeps/trials/void-pairs.js';
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

/** Measures what is left of a block, and what the machine, not the workload, disturbed of it once more: trials, or the whole pair. */
async function runBlock(block: Block, source: Source, ports: ExperimentPorts): Promise<void> {
  const run = async (positions: readonly number[]): Promise<void> => {
    for (const position of positions) {
      const isLast = position === positions.at(-1);
      await runOne({ arm: block.arms[position]!, phase: block.phase, block: block.number, position, isLast }, ports);
    }
  };
  const all = [...block.arms.keys()];
  const isMeasured = new Set(counted(block, ports).map(memberOf));
  await run(all.filter((position) => !isMeasured.has(block.arms[position]!.name)));
  for (;;) {
    const disturbed = toRepeat(block, source, ports);
    if (disturbed.length === 0) return;
    ports.onRepeat(
      block,
      disturbed.map(({ reason }) => reason),
    );
    await run(repeatsSingly(block) ? disturbed.map(({ position }) => position) : all);
  }
}

const counted = (block: Block, { log }: ExperimentPorts): Outcome[] => countedInBlock(log.outcomes, block);

/** The disturbed trials of a block; none when it stands, because it is sound or because there is nothing left to repeat it with. */
function toRepeat(block: Block, source: Source, ports: ExperimentPorts): Disturbed[] {
  if (!COMPARED.has(block.phase)) return [];
  const { outcomes } = ports.log;
  const results = inOrder(block, counted(block, ports));
  const disturbed = disturbedTrials(results.map(signalsOf), outcomes.map(signalsOf));
  if (disturbed.length === 0) return [];
  const repeated = markVoided(outcomes.filter(source.owns)).filter((o) => o.voided).length;
  const count = repeatsSingly(block) ? disturbed.length : results.length;
  const trialMs = mean(results.map((o) => o.wallMs));
  const neededMs = trialMs * count + (block.reserveMs?.(trialMs) ?? 0);
  const isAllowed = mayRepeat(source.plannedTrials, repeated + count - 1) && neededMs <= ports.leftMs();
  return isAllowed ? disturbed : [];
}

/** Trials in the order of the arms, whenever they were measured. */
const inOrder = ({ arms }: Block, outcomes: readonly Outcome[]): Outcome[] =>
  arms.flatMap((arm) => outcomes.find((outcome) => memberOf(outcome) === arm.name) ?? []);
