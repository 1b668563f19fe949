import type { Outcome } from '../../core/outcome.js';
import type { GateMetric, GatePair } from '../../sweeps/gate/paired.js';
import { markVoided, memberOf } from '../../sweeps/trials/void-blocks.js';
import { signalsOf, voidReasons } from '../../sweeps/trials/void-pairs.js';
import { gateValues } from './metrics.js';
import type { GatePairRecord } from './result.js';

/** The pairs of a gate from its log, in the order run; one that was disturbed stands before its repeat, with the reasons. */
export function pairRecords(log: readonly Outcome[]): GatePairRecord[] {
  const records: GatePairRecord[] = [];
  const marked = markVoided(log).filter(({ phase }) => phase === 'gate');
  for (let i = 0; i + 1 < marked.length; i += 2) {
    const pair = marked.slice(i, i + 2);
    const [first] = pair;
    const isVoid = first!.voided;
    records.push({
      pair: first!.block,
      order: memberOf(first!) === 'baseline' ? 'AB' : 'BA',
      isVoid,
      voidReasons: isVoid ? voidReasons(pair.map(signalsOf), marked.slice(0, i + 2).map(signalsOf)) : [],
      baseline: pair.find((o) => memberOf(o) === 'baseline')!,
      candidate: pair.find((o) => memberOf(o) === 'candidate')!,
    });
  }
  return records;
}

/** The pairs that count, as the rule sees them. */
export function countedPairs(log: readonly Outcome[], metrics: readonly GateMetric[]): GatePair[] {
  const names = metrics.map(({ name }) => name);
  return pairRecords(log)
    .filter(({ isVoid }) => !isVoid)
    .map(({ order, baseline, candidate }) => ({
      order,
      baseline: gateValues(baseline.metrics, names),
      candidate: gateValues(candidate.metrics, names),
    }));
}
