import { baseCandidate, type Candidate } from '../../src/core/candidate.js';
import type { Interval } from '../../src/core/interval.js';
import type { ModelFile } from '../../src/core/model.js';
import { type Profile, profileSchema } from '../../src/core/profile.js';
import { FULL_WORKLOAD, R1_REQUEST } from '../../src/core/workload.js';
import { liveHost } from '../../src/probes/host/live.js';
import { probeMachine } from '../../src/probes/index.js';

const exactly = (estimate: number): Interval => ({ estimate, low: null, high: null, level: 0.95, n: 1 });

export type Rates = { prefill: number; decode: number };

/** A profile as a sweep on this machine would have written it. */
export async function profileFor(
  model: ModelFile,
  candidate: Candidate,
  options: { contextTokens?: number; rates?: Rates } = {},
): Promise<Profile> {
  const { fingerprint } = await probeMachine(liveHost());
  const { prefill, decode } = options.rates ?? { prefill: 1000, decode: 100 };
  return profileSchema.parse({
    schemaVersion: 1,
    kind: 'r1-tune/profile',
    name: 'test',
    createdAt: '2026-01-01T00:00:00.000Z',
    model,
    modelId: 'served-model',
    candidate,
    contextTokens: options.contextTokens ?? 512,
    objective: 'workload',
    request: R1_REQUEST,
    workload: FULL_WORKLOAD,
    verdict: 'keep-default',
    expected: {
      prefillTokensPerSecond: exactly(prefill),
      decodeTokensPerSecond: exactly(decode),
      ttftMs: exactly(100),
      peakRssBytes: null,
      loadMs: 100,
      cpuSecondsPerToken: null,
      energyJoulesPerToken: null,
    },
    speedup: null,
    baseline: baseCandidate(candidate.backend, candidate.quant, 1),
    constraints: { maxTtftMs: null, maxRssBytes: null, minQuality: null },
    machine: {
      fingerprint: fingerprint.hash,
      hard: fingerprint.hard,
      soft: fingerprint.soft,
      description: 'this machine',
    },
    provenance: { run: 'none', versions: {}, gitCommit: null, seed: 1, trials: 1 },
  });
}
