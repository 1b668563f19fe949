import type { Block } from '../../core/experiment.js';
import type { Outcome } from '../../core/outcome.js';
import { randomStream } from '../../core/random.js';
import { type GateVerdict, gateVerdict } from '../../sweeps/gate/paired.js';
import { DEFAULT_GATE_RULE } from '../../sweeps/gate/rule.js';
import { type PairOrder, pairOrder } from '../../sweeps/trials/pair-order.js';
import type { Source } from '../experiment/run-blocks.js';
import type { GateJob } from './job.js';
import { countedPairs } from './pair-records.js';

export type PairSource = Source & { verdict(log: readonly Outcome[]): GateVerdict };

const isWarm = (log: readonly Outcome[]): boolean => log.filter(({ phase }) => phase === 'calibrate').length === 2;

/** The coins of a gate: the same for the same seed. */
function coinsOf(seed: number): (pair: number) => PairOrder {
  const coin = randomStream(seed, 'gate');
  const orders: PairOrder[] = [];
  return (pair) => {
    while (orders.length <= pair) orders.push(pairOrder(coin));
    return orders[pair]!;
  };
}

/** Fresh pairs in coin order until the rule has decided. */
export function pairSource(
  { arms, seed, options }: GateJob,
  onPair: (done: number, verdict: GateVerdict) => void,
): PairSource {
  const orderOf = coinsOf(seed);
  const { baseline, candidate } = arms;
  const rule = { ...DEFAULT_GATE_RULE, ...options };
  const verdict = (log: readonly Outcome[]): GateVerdict => gateVerdict(countedPairs(log, options.metrics), options);
  const pair = (number: number): Block => ({
    phase: 'gate',
    number,
    arms: orderOf(number) === 'AB' ? [baseline, candidate] : [candidate, baseline],
  });
  // Both run once before the first pair: neither begins on a machine that is still asleep, or with a file that is not in memory.
  const warmUp: Block = { phase: 'calibrate', number: 0, arms: [baseline, candidate] };
  return {
    verdict,
    owns: ({ phase }) => phase === 'gate',
    plannedTrials: 2 * rule.looks.at(-1)!,
    next(log) {
      const done = countedPairs(log, options.metrics).length;
      const now = verdict(log);
      if (done > 0) onPair(done, now);
      if (now.nextLook === null) return null;
      return isWarm(log) ? pair(done) : warmUp;
    },
  };
}
