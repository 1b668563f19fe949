import { expect, it } from 'vitest';
import { runDeployment } from '../../dist/runners/launch-replicas.js';
import { baseCandidate, type Candidate } from '../../src/core/candidate.js';
import type { Measurement } from '../../src/core/outcome.js';
import { SHORT_WORKLOAD } from '../../src/core/workload.js';
import { fakeModel } from '../helpers/fake-model.js';

/** Several real processes of one trial; the fake engine waits instead of computing, so that rates can be told beforehand. */

const WORKLOAD = {
  ...SHORT_WORKLOAD,
  promptTokens: 16,
  generateTokens: 16,
  warmUpPromptTokens: 4,
  warmUpGenerateTokens: 2,
  streams: { promptTokens: 4, generateTokens: 30 },
};
const env = process.env as Record<string, string>;
const isLinux = process.platform === 'linux';

const trial = (
  script: Record<string, unknown>,
  changes: Partial<Candidate>,
  signal?: AbortSignal,
): Promise<Measurement> =>
  runDeployment(
    {
      candidate: { ...baseCandidate('fake', 'q4_0', 1), ...changes },
      model: fakeModel(script),
      workload: WORKLOAD,
      contextTokens: 512,
      slowdown: 0,
    },
    { env, deadlineMs: 40_000, ...(signal ? { signal } : {}) },
  );

/** 20 ms a step alone, 30 ms for two sequences together: 66.7 tok/s from two sequences, 133 from two such replicas. */
const COST = { cost: { loadMs: 5, prefillMsPerToken: 0.1, decodeMs: 20, batchShare: 0.5 } };

it('replicas × sequences decode at once, and one request is measured alone before', async () => {
  const result = await trial(COST, { replicas: 2, sequences: 2 });
  expect(result).toMatchObject({ status: 'measured', reason: null });
  const { streams, decodeMs } = result.samples!;
  expect(decodeMs).toHaveLength(16);
  expect(streams!.each!.map((stream) => stream.replica).sort()).toEqual([0, 0, 1, 1]);
  expect(streams).toMatchObject({ sequences: 4, tokens: 120 });
  // Started together: the last to begin does so before anybody has decoded two tokens.
  const starts = streams!.each!.map((stream) => stream.startMs);
  expect(Math.max(...starts) - Math.min(...starts)).toBeLessThan(60);
  const { metrics } = result;
  expect(metrics!.decodeTokensPerSecond).toBeGreaterThan(30);
  expect(metrics!.decodeTokensPerSecond).toBeLessThan(50.1);
  expect(metrics!.throughputTokensPerSecond).toBeGreaterThan(85);
  expect(metrics!.throughputTokensPerSecond).toBeLessThan(133.5);
  expect(metrics!.streamItlMs!.p50).toBeGreaterThanOrEqual(29);
  if (isLinux) expect(result.resources!.sharedBytes).toBeGreaterThan(1e6);
});

it.runIf(isLinux)('each replica runs on its own CPUs, and the memory of shared pages counts once', async () => {
  const binding = { name: 'own-cpus', tool: 'taskset' as const, cpus: '0-1', memory: null, perReplica: ['0', '1'] };
  const both = await trial(COST, { replicas: 2, binding });
  expect(both).toMatchObject({ status: 'measured', effective: { cpus: '0-1' } });
  const one = await trial(COST, {});
  expect(one.metrics!.throughputTokensPerSecond).toBeLessThan(50.1);
  expect(both.metrics!.peakRssBytes!).toBeLessThan(2 * one.metrics!.peakRssBytes!);
  expect(both.metrics!.peakRssBytes!).toBeGreaterThan(one.metrics!.peakRssBytes!);
  // A share that this machine does not have: the trial says which replica could not be bound.
  const foreign = await trial(COST, { replicas: 2, binding: { ...binding, perReplica: ['0', '4000'] } });
  expect(foreign.status).toBe('unsupported');
  expect(foreign.reason).toMatch(/^replica 2 of 2: the binding was refused/);
});

it('one replica that dies ends the trial at once, with its reason', async () => {
  const start = Date.now();
  const faults = [{ kind: 'exit', at: 'load', marker: 'once' }];
  const result = await trial({ ...COST, faults }, { replicas: 2 });
  expect(result.status).toBe('crashed');
  expect(result.reason).toMatch(/^replica [12] of 2: exit code 7/);
  expect(result.metrics).toBeNull();
  expect(Date.now() - start).toBeLessThan(20_000);
});

it('leaves no process behind when it is stopped', async () => {
  const stop = new AbortController();
  const running = trial({ cost: { decodeMs: 500 } }, { replicas: 2 }, stop.signal);
  setTimeout(() => stop.abort(), 1500);
  const start = Date.now();
  expect((await running).status).toBe('failed');
  expect(Date.now() - start).toBeLessThan(10_000);
});
