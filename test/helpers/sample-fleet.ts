import { baseCandidate, type Candidate, candidateId } from '../../src/core/candidate.js';
import { shortHash } from '../../src/core/canonical.js';
import type { FleetMachineFacts, FleetRate, FleetRun } from '../../src/core/fleet.js';
import type { Interval } from '../../src/core/interval.js';
import type { Fingerprint } from '../../src/core/machine.js';
import { gaussian, randomStream } from '../../src/core/random.js';
import { FULL_WORKLOAD, R1_REQUEST, requestSeconds } from '../../src/core/workload.js';
import { sampleMachine } from './sample-machine.js';
import { sampleProfile } from './sample-profile.js';

/** Entries of a made-up fleet, for tests of grouping and statistics. Nothing here was measured. */

export type KindSpec = { model: string; cpus: number; decode: number; machines: number };

export function facts(model: string, cpus: number, soft: Partial<Fingerprint['soft']> = {}): FleetMachineFacts {
  const { fingerprint } = sampleMachine();
  const hard = { ...fingerprint.hard, model, allowedCpus: `0-${cpus - 1}`, ramClassGiB: 4 * cpus };
  return {
    fingerprint: { hash: shortHash(hard), hard, soft: { ...fingerprint.soft, ...soft } },
    description: `${model}, ${cpus} CPUs on ${cpus} cores allowed`,
  };
}

/** Made once: it takes a whole sample run. */
const PROFILE = sampleProfile();

/** Trials differ by 1 % from process to process. */
const interval = (estimate: number, n = 5): Interval => ({
  ...{ estimate, low: estimate * 0.988, high: estimate * 1.012, level: 0.95, n },
});

export function rateOf(candidate: Candidate, decode: number, more: Partial<FleetRate> = {}): FleetRate {
  const generated = R1_REQUEST.generateTokens / requestSeconds(R1_REQUEST, 8 * decode, decode);
  const { promptTokens, generateTokens } = R1_REQUEST;
  return {
    candidateId: candidateId(candidate),
    candidate,
    engine: 'llama.cpp 3.22.1',
    trials: 5,
    objective: interval((generated * (promptTokens + generateTokens)) / generateTokens),
    generatedTokensPerSecond: interval(generated),
    prefillTokensPerSecond: interval(8 * decode),
    decodeTokensPerSecond: interval(decode),
    ttftMs: interval((1000 * 512) / (8 * decode)),
    peakRssBytes: 1.4 * 1024 ** 3,
    energyJoulesPerToken: null,
    isDefault: false,
    meetsConstraints: true,
    ...more,
  };
}

export function fleetRunOf(
  machine: FleetMachineFacts,
  node: string | null,
  rates: FleetRate[],
  more: Partial<FleetRun> = {},
): FleetRun {
  const best = rates[0]!;
  const profile = PROFILE;
  return {
    schemaVersion: 1,
    kind: 'r1-tune/fleet-run',
    node,
    source: `results/${node}`,
    run: 'sweep',
    status: 'complete',
    startedAt: '2026-10-01T10:00:00.000Z',
    finishedAt: '2026-10-01T11:00:00.000Z',
    machine,
    task: {
      model: 'deepseek-r1-distill-qwen-1.5b',
      weights: 'trained',
      objective: 'workload',
      request: R1_REQUEST,
      workload: FULL_WORKLOAD,
      contextTokens: 4096,
    },
    rates,
    profile: {
      ...profile,
      candidate: best.candidate,
      expected: {
        ...profile.expected,
        decodeTokensPerSecond: best.decodeTokensPerSecond,
        prefillTokensPerSecond: best.prefillTokensPerSecond,
      },
    },
    ...more,
  };
}

export type FleetOptions = {
  seed: number;
  /** Standard deviation of machines of one kind, a share. */
  sd?: number;
  /** Node → factor on its speed. */
  slow?: Readonly<Record<string, number>>;
};

/** Each kind is fastest with its own threads, and every machine measured the default and that. */
export function sampleFleetRuns(kinds: readonly KindSpec[], { seed, sd = 0.015, slow = {} }: FleetOptions): FleetRun[] {
  const random = randomStream(seed, 'fleet');
  return kinds.flatMap(({ model, cpus, decode, machines }) =>
    Array.from({ length: machines }, (_, i) => {
      const node = `${model.toLowerCase().replaceAll(' ', '-')}-${i}`;
      const speed = decode * Math.exp(sd * gaussian(random)) * (slow[node] ?? 1);
      const noisy = (rate: number): number => rate * Math.exp(0.005 * gaussian(random));
      return fleetRunOf(facts(model, cpus), node, [
        rateOf(baseCandidate('llama-cpp', 'q4_0', cpus), noisy(speed)),
        rateOf(baseCandidate('llama-cpp', 'q4_0', 2 * cpus), noisy(speed * 0.9), { isDefault: true }),
      ]);
    }),
  );
}
