import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../src/core/candidate.js';
import { GREEDY } from '../../../src/core/engine.js';
import { GEOMETRIES } from '../../../src/core/model.js';
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

  it('stay mapped where the file is read in place', async () => {
    const { path, session } = await load('q8_0');
    await session.openSequence().step([5, 6, 7], GREEDY);
    expect(residentOf(path)).toBeGreaterThan(0.9 * statSync(path).size);
    await session.dispose();
  });
});
