import type { Outcome } from '../../core/outcome.js';
import type { Profile } from '../../core/profile.js';
import { randomStream } from '../../core/random.js';
import type { Workload } from '../../core/workload.js';
import { type GateOptions, type GatePair, type GateVerdict, gateVerdict } from '../../sweeps/gate-paired.js';
import { pairOrder } from '../../sweeps/pair-order.js';
import { runOne, type SweepPorts } from '../../sweeps/sweep.js';
import { signalsOf, voidReasons } from '../../sweeps/void-pairs.js';
import { gateValues } from './metrics.js';
import type { GatePairRecord } from './result.js';

/** Which of the two a trial belongs to; both may be the same configuration. */
export type Arm = 'baseline' | 'candidate';

export type PairsJob = {
  profiles: Record<Arm, Profile>;
  workload: Workload;
  seed: number;
  options: GateOptions;
  /** Ports for the trials of one arm: measuring may differ (another install, an injected slow-down). */
  portsOf: (arm: Arm) => SweepPorts;
  onPair: (done: number, verdict: GateVerdict) => void;
};

async function runPair(job: PairsJob, pair: number, order: 'AB' | 'BA', trials: number): Promise<Record<Arm, Outcome>> {
  const arms: Arm[] = order === 'AB' ? ['baseline', 'candidate'] : ['candidate', 'baseline'];
  const results: Partial<Record<Arm, Outcome>> = {};
  for (const [position, arm] of arms.entries()) {
    const { candidate } = job.profiles[arm];
    const trial = {
      candidate,
      workload: job.workload,
      phase: 'gate' as const,
      block: pair,
      position,
      fidelity: 'full' as const,
    };
    results[arm] = await runOne(trial, trials + position, job.portsOf(arm));
  }
  return results as Record<Arm, Outcome>;
}

const toGatePair = (record: GatePairRecord, names: readonly string[]): GatePair => ({
  baseline: gateValues(record.baseline.metrics, names),
  candidate: gateValues(record.candidate.metrics, names),
  isVoid: record.isVoid,
});

/** Fresh pairs in coin order until the rule has decided. Whether a pair is void is judged anew over all pairs at each look. */
export async function runPairs(job: PairsJob): Promise<{ pairs: GatePairRecord[]; verdict: GateVerdict }> {
  const coin = randomStream(job.seed, 'gate');
  const names = job.options.metrics.map((metric) => metric.name);
  const pairs: GatePairRecord[] = [];
  let verdict = gateVerdict([], job.options);
  while (verdict.nextLook !== null) {
    const order = pairOrder(coin);
    const outcomes = await runPair(job, pairs.length, order, pairs.length * 2);
    pairs.push({ pair: pairs.length, order, isVoid: false, voidReasons: [], ...outcomes });
    const run = pairs.flatMap((p) => [signalsOf(p.baseline), signalsOf(p.candidate)]);
    for (const p of pairs) {
      p.voidReasons = voidReasons([signalsOf(p.baseline), signalsOf(p.candidate)], run);
      p.isVoid = p.voidReasons.length > 0;
    }
    verdict = gateVerdict(
      pairs.map((p) => toGatePair(p, names)),
      job.options,
    );
    job.onPair(pairs.length, verdict);
  }
  return { pairs, verdict };
}
