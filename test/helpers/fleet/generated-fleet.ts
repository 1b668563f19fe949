import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseCandidate, type Candidate, candidateId } from '../../../src/core/candidate.js';
import type { Machine } from '../../../src/core/machine.js';
import type { Outcome } from '../../../src/core/outcome.js';
import type { RunResult } from '../../../src/core/run-result.js';
import { FULL_WORKLOAD } from '../../../src/core/workload.js';
import { memoryHost } from '../../../src/probes/host/memory.js';
import { probeMachine } from '../../../src/probes/index.js';
import { costModel } from '../../../src/runners/fake/cost.js';
import { fakeScriptSchema } from '../../../src/runners/fake/script.js';
import { assembleRun } from '../../../src/sweeps/results/assemble-run.js';
import { generateMachine, readDescription } from '../machines/generated.js';
import { sampleModel, samplePlan } from '../sample-plan.js';
import { sampleMetrics, sampleOutcome } from '../sample-trial.js';

/** Run folders of many machines: fingerprints probed from recorded machines, rates from the fake engine's own cost model. */

const MACHINES = join(import.meta.dirname, '../../fixtures/machines');
const TRIALS = 5;
const STREAMS = [2, 4];

export type GeneratedFleet = { folder: string; kinds: { name: string; decodeMs: number; nodes: string[] }[] };

/** `slow`: node → factor on all its times. Every kind has a speed of its own. */
export async function writeGeneratedFleet(
  folder: string,
  options: { machines: number; seed: number; slow: Readonly<Record<string, number>> },
): Promise<GeneratedFleet> {
  const files = readdirSync(MACHINES).sort();
  const kinds: GeneratedFleet['kinds'] = [];
  for (const [place, file] of files.entries()) {
    const machine = await probeMachine(memoryHost(generateMachine(readDescription(file.replace('.json', '')))));
    const name = file.replace('.json', '');
    const decodeMs = 30 + 8 * place;
    const count = Math.floor(options.machines / files.length);
    const nodes = Array.from({ length: count }, (_, i) => `${name}-${i}`);
    for (const node of nodes)
      writeRun(join(folder, node, 'sweep'), runOf(machine, node, decodeMs * (options.slow[node] ?? 1), options.seed));
    kinds.push({ name, decodeMs, nodes });
  }
  return { folder, kinds };
}

function writeRun(folder: string, run: RunResult): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
}

function runOf(machine: Machine, node: string, decodeMs: number, seed: number): RunResult {
  const cores = Math.max(2, machine.topology.allowed.cores);
  const best = baseCandidate('fake', 'q4_0', Math.ceil(cores / 2));
  const candidates = [
    baseCandidate('fake', 'q4_0', cores),
    best,
    ...STREAMS.map((sequences) => ({ ...best, sequences })),
  ];
  const plan = samplePlan(candidates, {
    ...{ label: node, objective: 'workload', models: [sampleModel()] },
  });
  const outcomes = candidates.flatMap((candidate, place) =>
    Array.from({ length: TRIALS }, (_, block) =>
      trial(candidate, { node, block, trial: TRIALS * place + block, decodeMs, seed }),
    ),
  );
  const run = assembleRun({ id: `sweep-${node}`, machine, plan, outcomes, quality: [], search: null });
  const choice = { verdict: 'faster' as const, candidateId: candidateId(best), reason: '', equals: [], speedup: null };
  return { ...run, choice, outcomes: [] };
}

type At = { node: string; block: number; trial: number; decodeMs: number; seed: number };

/** What one process of the fake engine would take, drawn from its cost model: each machine and each process differs a little. */
function trial(candidate: Candidate, { node, block, trial: number, decodeMs, seed }: At): Outcome {
  const cost = {
    ...{ decodeMs, prefillMsPerToken: decodeMs / 8, noise: 0.004, drift: 0.012, parallelShare: 0 },
    ...{ bestThreads: Math.max(1, candidate.threads), batchShare: 0.3 },
  };
  const script = fakeScriptSchema.parse({ kind: 'r1-tune/fake-engine', seed, cost });
  const isDefault = candidate.sequences === 1 && number < TRIALS;
  const model = costModel(script, candidate, `${node}`);
  const process = costModel({ ...script, cost: { ...script.cost, drift: 0 } }, candidate, `${node} ${number}`);
  // The default of the machine has more threads than help.
  const factor = (isDefault ? 1.1 : 1) * (model.decodeMs(1) / decodeMs);
  const step = process.decodeMs(candidate.sequences) * factor;
  const prefill = process.prefillMs(FULL_WORKLOAD.promptTokens) * factor;
  return sampleOutcome({
    ...{ trial: number, candidate, phase: 'race', block, samples: null, effective: null },
    metrics: sampleMetrics({
      decodeTokensPerSecond: 1000 / (process.decodeMs(1) * factor),
      prefillTokensPerSecond: (1000 * FULL_WORKLOAD.promptTokens) / prefill,
      ttftMs: prefill,
      throughputTokensPerSecond: candidate.sequences > 1 ? (1000 * candidate.sequences) / step : null,
    }),
  });
}
