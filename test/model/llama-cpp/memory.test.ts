import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTrial } from '../../../dist/runners/launch.js';
import { baseCandidate } from '../../../src/core/candidate.js';
import { GREEDY } from '../../../src/core/engine.js';
import { GEOMETRIES } from '../../../src/core/model.js';
import { FULL_WORKLOAD } from '../../../src/core/workload.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import { createLlamaCppEngine } from '../../../src/runners/llama-cpp/index.js';
import { tempFolder } from '../../helpers/fake-model.js';

/** Bytes of a mapped file that count as this process's memory (proc(5): Rss of smaps). */
function residentOf(path: string): number {
  const parts = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  const kib = parts
    .filter((part) => part.split('\n')[0]!.endsWith(path))
    .map((part) => Number(/^Rss:\s+(\d+) kB/m.exec(part)![1]));
  return 1024 * kib.reduce((a, b) => a + b, 0);
}

const TINY_WORKLOAD = {
  ...FULL_WORKLOAD,
  promptTokens: 32,
  generateTokens: 24,
  warmUpPromptTokens: 8,
  warmUpGenerateTokens: 1,
};

// Which types are repacked differs between CPUs; every x86-64 with AVX2 repacks Q4_0.
const isLinuxX64 = process.platform === 'linux' && process.arch === 'x64';

describe.runIf(isLinuxX64)('weights of llama.cpp', () => {
  async function load(quant: 'q4_0' | 'q8_0') {
    const path = join(tempFolder('memory'), `${quant}.gguf`);
    const model = await synthesizeGguf({ geometry: { ...GEOMETRIES.tiny, layers: 8 }, quant, seed: 1, path });
    const candidate = baseCandidate('llama-cpp', quant, 1);
    const session = await createLlamaCppEngine(tempFolder('memory'), 'c-api').load({
      model,
      candidate,
      contextTokens: 256,
      sequences: 1,
    });
    return { path, session };
  }

  it('are in memory once: pages that were copied into another layout leave the process', async () => {
    const { path, session } = await load('q4_0');
    const sequence = session.openSequence();
    for (const tokens of [[5, 6, 7], [8], [9]]) await sequence.step(tokens, GREEDY);
    expect(residentOf(path)).toBeLessThan(0.6 * statSync(path).size);
    await session.dispose();
  });

  it('take the file, the cache and 150 MiB at their peak, and a quarter of the file: once, not twice', async () => {
    const path = join(tempFolder('memory'), 'larger.gguf');
    const model = await synthesizeGguf({ geometry: { ...GEOMETRIES.small, layers: 24 }, quant: 'q4_0', seed: 1, path });
    // Above what a second copy would find room in: the process itself takes some 95 MiB of the 150.
    expect(model.sizeBytes).toBeGreaterThan(110 * 2 ** 20);
    const candidate = baseCandidate('llama-cpp', 'q4_0', 2);
    const contextTokens = 256;
    const request = { candidate, model, workload: TINY_WORKLOAD, contextTokens, slowdown: 0, prefault: true };
    const { metrics, reason } = await runTrial(request, {
      env: process.env as Record<string, string>,
      deadlineMs: 60_000,
    });
    expect(reason).toBeNull();
    const room = 1.25 * model.sizeBytes + model.kvBytesPerToken * contextTokens + 150 * 2 ** 20;
    expect(metrics!.peakRssBytes).toBeLessThan(room);
  }, 90_000);

  it('stay mapped where the file is read in place', async () => {
    const { path, session } = await load('q8_0');
    await session.openSequence().step([5, 6, 7], GREEDY);
    expect(residentOf(path)).toBeGreaterThan(0.9 * statSync(path).size);
    await session.dispose();
  });
});
