import { baseCandidate, type Candidate, candidateId } from '../../src/core/candidate.js';
import type { Effective, Metrics, Outcome, Resources, Samples } from '../../src/core/outcome.js';
import { FULL_WORKLOAD, SHORT_WORKLOAD } from '../../src/core/workload.js';

/** Made-up parts of one trial, whole and valid, with what a test is about changed. */

export const sampleSamples = (changes: Partial<Samples> = {}): Samples => ({
  loadMs: 400,
  firstTokenAfterLoadMs: 90,
  warmUpTokenMs: [60, 52],
  prefillMs: 5000,
  ttftMs: 5000,
  decodeMs: new Array<number>(128).fill(50),
  decodeNativeMs: null,
  streams: null,
  ...changes,
});

export const sampleResources = (changes: Partial<Resources> = {}): Resources => ({
  peakRssBytes: 1.2e9,
  steadyRssBytes: 1.1e9,
  cpuSeconds: 22.8,
  wallSeconds: 11.4,
  minorFaults: 100,
  majorFaults: 0,
  voluntarySwitches: 10,
  involuntarySwitches: 5,
  throttledPeriods: 0,
  stealShare: 0,
  runQueueShare: 0.01,
  energyJoules: null,
  ...changes,
});

export const sampleEffective = (changes: Partial<Effective> = {}): Effective => ({
  cpus: '0-7',
  memoryNodes: '0',
  threads: 4,
  threadsBatch: 4,
  allocator: 'glibc',
  engine: 'fake',
  variant: null,
  systemInfo: null,
  pid: 4242,
  ...changes,
});

export const sampleMetrics = (changes: Partial<Metrics> = {}): Metrics => ({
  prefillTokensPerSecond: 100,
  decodeTokensPerSecond: 20,
  decodeChunkRates: new Array<number>(8).fill(20),
  decodeMedianChunkRate: 20,
  ttftMs: 5120,
  itlMs: { p50: 50, p90: 55, p95: 58, p99: null, samples: 128 },
  loadMs: 400,
  peakRssBytes: 1.2e9,
  cpuSecondsPerToken: 0.04,
  cpuPercent: 200,
  energyJoulesPerToken: null,
  throughputTokensPerSecond: null,
  overheadMsPerToken: 0.1,
  overheadShare: 0.002,
  ...changes,
});

/** A measured trial of the race, or with `metrics: null` and a status one that was not. */
export function sampleOutcome(changes: Partial<Outcome> = {}): Outcome {
  const candidate: Candidate = changes.candidate ?? baseCandidate('llama-cpp', 'q4_0', 4);
  const isMeasured = changes.metrics !== null;
  return {
    schemaVersion: 1,
    trial: 0,
    candidateId: candidateId(candidate),
    candidate,
    phase: 'race',
    block: 0,
    position: 0,
    fidelity: 'full',
    voided: false,
    workload: changes.fidelity === 'short' ? SHORT_WORKLOAD : FULL_WORKLOAD,
    startedAt: '2026-03-01T08:05:00.000Z',
    wallMs: 12_000,
    status: 'measured',
    reason: null,
    stderrTail: null,
    metrics: isMeasured ? sampleMetrics() : null,
    samples: isMeasured ? sampleSamples() : null,
    resources: isMeasured ? sampleResources() : null,
    effective: isMeasured ? sampleEffective() : null,
    sentinels: null,
    flags: [],
    ...changes,
  };
}
