import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runTrial } from '../../dist/runners/launch.js';
import { baseCandidate, type Candidate } from '../../src/core/candidate.js';
import type { Measurement } from '../../src/core/outcome.js';
import { SHORT_WORKLOAD } from '../../src/core/workload.js';
import { fakeModel } from '../helpers/fake-model.js';

/** Real child processes under the real launcher; only the engine inside is scripted. */

const WORKLOAD = {
  ...SHORT_WORKLOAD,
  promptTokens: 16,
  generateTokens: 16,
  warmUpPromptTokens: 4,
  warmUpGenerateTokens: 2,
};
const env = process.env as Record<string, string>;
const isLinux = process.platform === 'linux';

function trial(
  script: Record<string, unknown>,
  changes: Partial<Candidate> = {},
  deadlineMs = 15_000,
  signal?: AbortSignal,
): Promise<Measurement> {
  const request = {
    candidate: { ...baseCandidate('fake', 'q4_0', 1), ...changes },
    model: fakeModel(script),
    workload: WORKLOAD,
    contextTokens: 512,
    slowdown: 0,
  };
  return runTrial(request, { env, deadlineMs, ...(signal ? { signal } : {}) });
}

const fault = (kind: string, at: string, more: Record<string, unknown> = {}) => ({ faults: [{ kind, at, ...more }] });

describe('a trial in a fresh process', () => {
  it('gives samples, resources and what took effect', async () => {
    const result = await trial({ cost: { decodeMs: 2 } });
    expect(result.status).toBe('measured');
    expect(result.samples!.decodeMs).toHaveLength(16);
    expect(result.metrics!.decodeChunkRates).toHaveLength(8);
    expect(result.metrics!.decodeTokensPerSecond).toBeGreaterThan(50);
    expect(result.metrics!.decodeTokensPerSecond).toBeLessThan(501);
    expect(result.metrics!.itlMs).toMatchObject({ samples: 16, p90: null, p99: null });
    expect(result.effective!.pid).not.toBe(process.pid);
    if (isLinux) expect(result.resources!.peakRssBytes).toBeGreaterThan(10_000_000);
  });

  it.each([
    ['crash', 'decode', 'crashed', /SIGABRT while warming-up/],
    ['exit', 'decode', 'crashed', /exit code 7 while/],
    ['error', 'load', 'failed', /./],
  ])('says how a child that meets "%s" at %s ended', async (kind, at, status, reason) => {
    const result = await trial(fault(kind, at));
    expect(result.status).toBe(status);
    expect(result.reason).toMatch(reason);
    expect(result.metrics).toBeNull();
  });

  it('kills a child that hangs, at its deadline', async () => {
    const start = Date.now();
    const result = await trial(fault('hang', 'decode', { afterCalls: 3 }), {}, 8000);
    expect(result).toMatchObject({ status: 'timed-out', metrics: null });
    expect(result.reason).toMatch(/it was (warming-up|prefill|decode)/);
    expect(Date.now() - start).toBeLessThan(16_000);
  });

  it('kills a child whose event loop is blocked', async () => {
    expect((await trial(fault('block', 'decode'), {}, 2500)).status).toBe('timed-out');
  });

  it('calls a SIGKILL that it did not send itself out of memory', async () => {
    const result = await trial(fault('out-of-memory', 'load', { allocateBytes: 50_000_000 }));
    expect(result.status).toBe('out-of-memory');
    expect(result.reason).toMatch(/while loading/);
  });

  it('stops at once when the user interrupts, and leaves no process', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 800);
    const result = await trial(fault('hang', 'decode'), {}, 30_000, controller.signal);
    expect(result).toMatchObject({ status: 'failed', reason: 'stopped by the user' });
    const pid = result.effective?.pid;
    if (pid) expect(() => process.kill(pid, 0)).toThrow();
  });

  it.runIf(isLinux)('binds with taskset, and the child proves it', async () => {
    const result = await trial({}, { binding: { name: 'taskset:0', tool: 'taskset', cpus: '0', memory: null } });
    expect(result.status).toBe('measured');
    expect(result.effective!.cpus).toBe('0');
  });

  it.runIf(isLinux)('calls a binding that the system refuses unsupported', async () => {
    const result = await trial({}, { binding: { name: 'taskset:4000', tool: 'taskset', cpus: '4000', memory: null } });
    expect(result.status).toBe('unsupported');
    expect(result.reason).toMatch(/refused/);
  });

  it.runIf(isLinux)('does not accept an allocator that was not loaded', async () => {
    const result = await trial({}, { allocator: { name: 'jemalloc', path: '/no/such/libjemalloc.so.2' } });
    expect(result.status).toBe('failed');
    expect(result.reason).toMatch(/asked for the allocator jemalloc, the process runs glibc/);
  });

  const jemalloc = ['/usr/lib/x86_64-linux-gnu/libjemalloc.so.2', '/usr/lib/aarch64-linux-gnu/libjemalloc.so.2'].find(
    existsSync,
  );
  it.runIf(jemalloc)('preloads an allocator, and the child proves it from its own memory map', async () => {
    const result = await trial({}, { allocator: { name: 'jemalloc', path: jemalloc! } });
    expect(result.reason).toBeNull();
    expect(result.effective!.allocator).toBe('jemalloc');
  });

  it('does not hand knobs of the shell to the child', async () => {
    const result = await runTrial(
      {
        candidate: baseCandidate('fake', 'q4_0', 1),
        model: fakeModel({}),
        workload: WORKLOAD,
        contextTokens: 512,
        slowdown: 0,
      },
      { env: { ...env, LD_PRELOAD: '/no/such.so', NODE_OPTIONS: '--no-such-flag' }, deadlineMs: 15_000 },
    );
    expect(result.status).toBe('measured');
  });
});
