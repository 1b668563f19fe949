import { baseCandidate, type Candidate, candidateId } from '../../src/core/candidate.js';
import type { Outcome } from '../../src/core/outcome.js';
import { gaussian, randomStream } from '../../src/core/random.js';
import type { RunResult } from '../../src/core/run-result.js';
import { assembleRun } from '../../src/sweeps/results/assemble-run.js';
import { toTrialResult } from '../../src/sweeps/results/trial-result.js';
import { openSession } from '../../src/sweeps/search/session.js';
import { modelRace } from '../../src/sweeps/search/strategies/model-race.js';
import { sampleMachine } from './sample-machine.js';
import { samplePlan } from './sample-plan.js';
import { sampleMetrics, sampleOutcome } from './sample-trial.js';

/** A machine on which a whole search is played, as wild as a shared one can be. */
export type RandomWorld = {
  seed: number;
  configurations: number;
  /** Spread of the true speeds, and of one trial, on the log scale. */
  spread: number;
  noise: number;
  /** Share of trials that a neighbour slows to half. */
  hit: number;
  /** Share of trials that fail. */
  fails: number;
  /** Trials that the budget holds; null for no budget. */
  budget: number | null;
  /** The default breaks the memory limit. */
  breaksDefault: boolean;
};

const PLACEMENTS = [{}, { threadPlacement: 'apart' as const }];

function candidatesOf(count: number): Candidate[] {
  const all = [4, 1, 2, 3].flatMap((threads) =>
    ['q4_0', 'q8_0'].flatMap((quant) =>
      PLACEMENTS.map((placement) => ({ ...baseCandidate('llama-cpp', quant, threads), ...placement })),
    ),
  );
  return all.slice(0, count);
}

/** A run as a sweep would have made it: the real search, the real statistics, made-up trials. */
export function randomRun(world: RandomWorld): RunResult {
  const candidates = candidatesOf(world.configurations);
  const byId = new Map(candidates.map((candidate) => [candidateId(candidate), candidate]));
  const truth = randomStream(world.seed, 'truth');
  const speeds = new Map([...byId.keys()].map((id) => [id, 20 * Math.exp(world.spread * gaussian(truth))]));
  const plan = samplePlan(candidates, {
    objective: 'workload',
    constraints: { maxTtftMs: null, maxRssBytes: world.breaksDefault ? 1e9 : null, minQuality: null },
  });
  const defaultId = candidateId(plan.defaultCandidate);
  const points = [...byId.keys()].map((id) => ({ id, levels: { knob: id } }));
  const budget = world.budget === null ? {} : { budget: { limit: world.budget, shortCost: 0.5, fullCost: 1 } };
  const session = openSession(
    modelRace,
    { axes: [{ name: 'knob', kind: 'nominal' }], points, defaultId },
    { seed: world.seed, effort: 'quick', ...budget },
  );
  const random = randomStream(world.seed, 'trials');
  const outcomes: Outcome[] = [];
  for (let asks = session.ask(); asks.length > 0; asks = session.ask())
    for (const ask of asks) {
      const slow = random() < world.hit ? 0.5 : 1;
      const decode = speeds.get(ask.id)! * slow * Math.exp(world.noise * gaussian(random));
      const metrics = sampleMetrics({
        decodeTokensPerSecond: decode,
        prefillTokensPerSecond: 5 * decode,
        peakRssBytes: world.breaksDefault && ask.id !== defaultId ? 9e8 : 1.2e9,
      });
      const failed = random() < world.fails;
      const outcome = sampleOutcome({
        candidate: byId.get(ask.id)!,
        trial: outcomes.length,
        phase: ask.phase,
        block: ask.block,
        fidelity: ask.fidelity,
        ...(failed ? { status: 'crashed', reason: 'ended by SIGSEGV', metrics: null, samples: null } : { metrics }),
      });
      outcomes.push(outcome);
      session.tell({ ...toTrialResult(outcome, plan, () => null), cost: ask.fidelity === 'full' ? 1 : 0.5 });
    }
  return assembleRun({
    id: 'random',
    machine: sampleMachine(),
    plan,
    outcomes,
    quality: [],
    search: session.result,
  });
}
