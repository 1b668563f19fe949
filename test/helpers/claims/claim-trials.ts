import type { Design } from '../../../src/claims/design.js';
import type { ArmTrial } from '../../../src/claims/evidence.js';
import type { Arm } from '../../../src/core/experiment.js';
import { OUTCOME_VERSION, type Outcome, type SeriesSample } from '../../../src/core/outcome.js';
import { type Random, shuffled } from '../../../src/core/random.js';
import type { Noise } from '../search/noise.js';

/** What one made-up trial measured. Rates in tok/s, memory in bytes. */
export type Truth = {
  decode?: number;
  prefill?: number;
  throughput?: number;
  busyCpus?: number;
  rssBytes?: number;
  /** Standard deviation of the inter-token latency over its mean. */
  itlSpread?: number;
  /** Time to first token of each request of the series, ms. */
  ttftMs?: readonly number[];
};

const USUAL = { decode: 20, prefill: 80, busyCpus: 2, rssBytes: 1.5e9, itlSpread: 0.05 };

/** Steps of alternating length: their mean is exactly the rate, their spread about what is asked. */
function decodeSteps(rate: number, spread: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (1000 / rate) * (1 + (i % 2 === 0 ? spread : -spread)));
}

function seriesOf(ttftMs: readonly number[], rate: number, rssBytes: number): SeriesSample[] {
  let startMs = 0;
  return ttftMs.map((ttft, request) => {
    const decodeMs = decodeSteps(rate, 0, 4);
    const sample = { stream: 0, request, startMs, promptTokens: 16, ttftMs: ttft, decodeMs, rssBytes };
    startMs += ttft + 4000 / rate;
    return sample;
  });
}

export function claimTrial(arm: Arm, truth: Truth, place: { claim: number; block: number; trial: number }): Outcome {
  const { decode, prefill, busyCpus, rssBytes, itlSpread } = { ...USUAL, ...truth };
  const { promptTokens, generateTokens, series } = arm.workload;
  const decodeMs = decodeSteps(decode, itlSpread, generateTokens);
  const ttftMs = (promptTokens / prefill) * 1000;
  const requests = truth.ttftMs ?? new Array<number>(series?.requests ?? 0).fill(100);
  return {
    schemaVersion: OUTCOME_VERSION,
    trial: place.trial,
    candidateId: arm.name,
    candidate: arm.candidate,
    phase: 'claim',
    arm: `${place.claim}/${arm.name}`,
    block: place.block,
    position: 0,
    fidelity: 'short',
    voided: false,
    workload: arm.workload,
    startedAt: '2026-03-01T08:00:00.000Z',
    wallMs: 4000,
    status: 'measured',
    reason: null,
    stderrTail: null,
    effective: null,
    sentinels: null,
    flags: [],
    metrics: {
      prefillTokensPerSecond: prefill,
      decodeTokensPerSecond: decode,
      decodeChunkRates: [decode],
      decodeMedianChunkRate: decode,
      ttftMs,
      itlMs: { p50: 1000 / decode, p90: null, p95: null, p99: null, samples: decodeMs.length },
      loadMs: 800,
      peakRssBytes: rssBytes,
      cpuSecondsPerToken: busyCpus / decode,
      cpuPercent: busyCpus * 100,
      energyJoulesPerToken: null,
      throughputTokensPerSecond: truth.throughput ?? null,
      overheadMsPerToken: null,
      overheadShare: null,
    },
    samples: {
      loadMs: 800,
      firstTokenAfterLoadMs: null,
      warmUpTokenMs: [],
      prefillMs: ttftMs,
      ttftMs,
      decodeMs,
      decodeNativeMs: null,
      streams: null,
      ...(series ? { series: seriesOf(requests, decode, rssBytes) } : {}),
    },
    resources: null,
  };
}

/** Scales what is true of an arm by noise, each number by a draw of its own. */
function disturbed(truth: Truth, noise: Noise): Truth {
  const scaled = (value: number): number => value * Math.exp(noise());
  const { decode, prefill, busyCpus, rssBytes, itlSpread } = { ...USUAL, ...truth };
  return {
    ...truth,
    decode: scaled(decode),
    prefill: scaled(prefill),
    busyCpus: scaled(busyCpus),
    rssBytes: scaled(rssBytes),
    itlSpread: scaled(itlSpread),
    ...(truth.throughput === undefined ? {} : { throughput: scaled(truth.throughput) }),
    ...(truth.ttftMs === undefined ? {} : { ttftMs: truth.ttftMs.map(scaled) }),
  };
}

/** A whole experiment: blocks with every arm once in random order, noise running on from trial to trial. */
export function simulateClaim(
  design: Design,
  options: { blocks: number; noise: Noise; order: Random; truth: (arm: Arm) => Truth },
): ArmTrial[] {
  const trials: ArmTrial[] = [];
  for (let block = 0; block < options.blocks; block++)
    for (const arm of shuffled(design.arms, options.order)) {
      const truth = disturbed(options.truth(arm), options.noise);
      const outcome = claimTrial(arm, truth, { claim: 0, block, trial: trials.length });
      trials.push({ arm: arm.name, block, outcome });
    }
  return trials;
}
