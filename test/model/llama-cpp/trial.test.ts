import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runTrial } from '../../../dist/runners/launch.js';
import { baseCandidate, type Candidate } from '../../../src/core/candidate.js';
import { GEOMETRIES, type ModelFile } from '../../../src/core/model.js';
import type { Measurement } from '../../../src/core/outcome.js';
import { SHORT_WORKLOAD, type Workload } from '../../../src/core/workload.js';
import { inspectGguf } from '../../../src/models/gguf/inspect.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import { tempFolder } from '../../helpers/fake-model.js';
import { sharedFile } from '../../helpers/shared.js';

/** Trials of the real engine in real child processes: what was asked takes effect there, and the child proves it. */

const stories = sharedFile('models/stories260K-f16.gguf');
const isLinuxX64 = process.platform === 'linux' && process.arch === 'x64';
const env = { ...(process.env as Record<string, string>), R1TUNE_ENGINE_CACHE: tempFolder('engines') };
const WORKLOAD: Workload = {
  ...SHORT_WORKLOAD,
  promptTokens: 32,
  generateTokens: 24,
  warmUpPromptTokens: 8,
  warmUpGenerateTokens: 2,
};
/** Threads of a tiny model wait for each other more than they work, and on a busy machine for very long. */
const FEW = { ...WORKLOAD, promptTokens: 8, generateTokens: 2, warmUpPromptTokens: 4, warmUpGenerateTokens: 1 };

let model: ModelFile;
const trial = (changes: Partial<Candidate>, workload: Workload = WORKLOAD, file = model): Promise<Measurement> =>
  runTrial(
    {
      candidate: { ...baseCandidate('llama-cpp', file.quant, 1), ...changes },
      model: file,
      workload,
      contextTokens: 256,
      slowdown: 0,
    },
    { env, deadlineMs: 55_000 },
  );

const cpuHas = (flag: string): boolean =>
  isLinuxX64 && new RegExp(`^flags\\s*:.*\\b${flag}\\b`, 'm').test(readFileSync('/proc/cpuinfo', 'utf8'));

const allocatorPath = (name: string): string | undefined => {
  const found = ['x86_64', 'aarch64'].map((arch) => `/usr/lib/${arch}-linux-gnu/${name}`).find(existsSync);
  if (!found) console.warn(`SKIPPED: ${name} is not installed, so preloading it into llama.cpp is not tested.`);
  return found;
};

describe.skipIf(stories === undefined)('a trial of llama.cpp', () => {
  beforeAll(async () => {
    model = await inspectGguf(stories!);
  });

  it('has samples, resources, and the cost of the harness over native decode', async () => {
    const result = await trial({});
    expect(result.reason).toBeNull();
    expect(result.samples!.decodeMs).toHaveLength(24);
    expect(result.samples!.decodeNativeMs).toBeGreaterThan(0);
    expect(result.samples!.decodeNativeMs).toBeLessThan(result.samples!.decodeMs.reduce((a, b) => a + b));
    expect(result.metrics!.overheadMsPerToken).toBeGreaterThan(0);
    expect(result.metrics!.overheadShare).toBeLessThan(1);
    expect(result.effective).toMatchObject({
      threads: 1,
      threadsBatch: 1,
      engine: expect.stringContaining('llama.cpp'),
    });
    if (isLinuxX64) {
      expect(result.effective!.allocator).toBe('glibc');
      expect(result.resources!.peakRssBytes).toBeGreaterThan(model.sizeBytes);
      expect(result.resources!.cpuSeconds).toBeGreaterThan(0);
    }
  });

  it.each([
    [1, 2],
    [2, 1],
  ])('decodes with %d threads and prefills with %d', async (threads, threadsBatch) => {
    const result = await trial({ threads, threadsBatch }, FEW);
    expect(result.reason).toBeNull();
    expect(result.effective).toMatchObject({ threads, threadsBatch });
  });

  it.runIf(cpuHas('avx2'))('loads the AVX2 kernels when they are asked for', async () => {
    const result = await trial({ isa: 'avx2' });
    expect(result.reason).toBeNull();
    expect(result.effective!.variant).toMatch(/^(haswell|alderlake)$/);
    expect(result.effective!.systemInfo).not.toContain('AVX512 = 1');
  });

  it.runIf(cpuHas('avx512f'))('loads AVX-512 kernels when they are asked for', async () => {
    const result = await trial({ isa: 'avx512' });
    expect(result.reason).toBeNull();
    expect(result.effective!.systemInfo).toContain('AVX512 = 1');
  });

  it.runIf(isLinuxX64 && !cpuHas('amx_tile'))('calls kernels that the processor cannot run unsupported', async () => {
    const result = await trial({ isa: 'amx' });
    expect(result.status).toBe('unsupported');
    expect(result.metrics).toBeNull();
  });

  const jemalloc = allocatorPath('libjemalloc.so.2');
  it.runIf(jemalloc)('runs under another allocator from its first instruction', async () => {
    const result = await trial({ allocator: { name: 'jemalloc', path: jemalloc! } });
    expect(result.reason).toBeNull();
    expect(result.effective!.allocator).toBe('jemalloc');
  });

  it.runIf(isLinuxX64)('runs on the CPU it is bound to, engine threads too', async () => {
    const result = await trial({ binding: { name: 'taskset:0', tool: 'taskset', cpus: '0', memory: null } });
    expect(result.reason).toBeNull();
    expect(result.effective!.cpus).toBe('0');
  });

  it('runs with a quantized cache, no mapping, and no huge pages', async () => {
    const result = await trial({ kvType: 'f32', mmap: false, hugePages: isLinuxX64 ? 'never' : 'default' });
    expect(result.reason).toBeNull();
  });

  it('measures concurrent sequences beside the single one', async () => {
    const result = await trial({ sequences: 3 });
    expect(result.reason).toBeNull();
    expect(result.samples!.streams).toMatchObject({ sequences: 3, tokens: 72 });
    expect(result.metrics!.throughputTokensPerSecond).toBeGreaterThan(0);
  });

  it('of a file that was cut short is a failure with what the engine said', async () => {
    const path = join(tempFolder('cut'), 'cut.gguf');
    writeFileSync(path, readFileSync(stories!));
    truncateSync(path, 300_000);
    const result = await trial({}, WORKLOAD, { ...model, path });
    expect(result).toMatchObject({ status: 'failed', metrics: null });
    expect(result.reason).toMatch(/llama\.cpp cannot load .*cut\.gguf/);
  });
});

it('a synthetic model is measured like a real one', async () => {
  const path = join(tempFolder('synthetic'), 'tiny.gguf');
  const tiny = await synthesizeGguf({ geometry: GEOMETRIES.tiny, quant: 'q8_0', seed: 1, path });
  expect(tiny.weights).toBe('random');
  const result = await trial({}, WORKLOAD, tiny);
  expect(result.reason).toBeNull();
  expect(result.metrics!.decodeTokensPerSecond).toBeGreaterThan(0);
});
