import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../src/core/candidate.js';
import { GREEDY } from '../../../src/core/engine.js';
import { GEOMETRIES, type Geometry } from '../../../src/core/model.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import { elementsOf } from '../../../src/models/tensor-spec.js';
import { decoderTensors } from '../../../src/models/tensors.js';
import { createLlamaCppEngine } from '../../../src/runners/llama-cpp/index.js';

const folder = mkdtempSync(join(tmpdir(), 'r1-architectures-'));
afterAll(() => rmSync(folder, { recursive: true }));

const small: Geometry = { ...GEOMETRIES.tiny, qkvBias: false };
const kv = 2 * small.kvHeads * small.headDim;
const experts = { count: 8, used: 2, ffn: 96 };

/** What differs from a dense model, small enough for a test; blocks are as in the catalog. */
const SHAPES: Geometry[] = [
  { ...small, id: 'qwen3moe', architecture: 'qwen3moe', qkNorm: true, experts },
  {
    ...small,
    id: 'gemma3',
    architecture: 'gemma3',
    layers: 6,
    qkNorm: true,
    tied: true,
    cache: [
      { layers: 5, width: kv, window: 32 },
      { layers: 1, width: kv, window: null },
    ],
  },
  {
    ...small,
    ...{ id: 'gpt-oss', architecture: 'gpt-oss', qkvBias: true, experts, ffn: experts.ffn },
    ropeScaling: GEOMETRIES['gpt-oss-20b'].ropeScaling,
    cache: [
      { layers: 2, width: kv, window: 32 },
      { layers: 2, width: kv, window: null },
    ],
  },
  {
    ...small,
    ...{ id: 'phi', architecture: 'phi3', tied: true, rotaryDim: 48 },
    ropeScaling: GEOMETRIES['phi-4-mini-reasoning'].ropeScaling,
  },
  { ...small, id: 'smollm3', architecture: 'smollm3', tied: true },
  { ...small, id: 'qwen3', architecture: 'qwen3', qkNorm: true },
];

/** Bytes of the f32 tensors that a token goes through, counted anew. */
function readPerToken(shape: Geometry): number {
  return decoderTensors(shape).reduce((sum, { name, dims }) => {
    const bytes = 4 * elementsOf(dims);
    if (name === 'token_embd.weight') return shape.tied ? sum + bytes : sum;
    return sum + (name.includes('_exps') ? (bytes * experts.used) / experts.count : bytes);
  }, 0);
}

describe('llama.cpp runs synthetic models of each architecture in the catalog', { timeout: 60_000 }, () => {
  it.each(SHAPES)('$id: loads, decodes, and is what was asked for', async (geometry) => {
    const path = join(folder, `${geometry.id}.gguf`);
    const model = await synthesizeGguf({ geometry, quant: 'f32', seed: 3, path });
    const { id: _, ...wanted } = geometry;
    expect(model.geometry).toEqual(wanted);
    expect(model.bytesPerToken).toBe(readPerToken(geometry));
    const candidate = baseCandidate('llama-cpp', 'f32', 1);
    const session = await createLlamaCppEngine(folder).load({ model, candidate, contextTokens: 128, sequences: 1 });
    const sequence = session.openSequence();
    const prompt = Array.from({ length: 50 }, (_, i) => (i * 7) % 1000);
    const rows = await sequence.logits(prompt);
    expect(rows.every((row) => row.every(Number.isFinite))).toBe(true);
    // Each position is told from the others, and a step goes on where the prompt ended.
    expect(new Set(rows.map((row) => row[7])).size).toBe(prompt.length);
    const { token } = await sequence.step([prompt[0]!], GREEDY);
    expect(token).toBeLessThan(geometry.vocab);
    await session.dispose();
  });

  it.each(Object.entries(GEOMETRIES))('a thin slice of %s is written, read back and run', async (id, geometry) => {
    const { experts: mixture, cache } = geometry as Geometry;
    const ffn = 512;
    const shape: Geometry = {
      ...geometry,
      ...{ layers: cache ? 2 : 1, ffn, vocab: 512 },
      ...(mixture ? { experts: { ...mixture, ffn } } : {}),
      ...(cache ? { cache: cache.map((layers) => ({ ...layers, layers: 1 })) } : {}),
    };
    const path = join(folder, `thin-${id}.gguf`);
    const model = await synthesizeGguf({ geometry: shape, quant: 'q4_0', seed: 1, path });
    const { id: _, ropeScaling, ...wanted } = shape;
    // The factors of this kind are a tensor.
    const scaled = ropeScaling?.type === 'llama3' ? { type: 'factors' } : ropeScaling;
    expect(model.geometry).toEqual({ ...wanted, ropeScaling: scaled });
    const candidate = baseCandidate('llama-cpp', 'q4_0', 1);
    const session = await createLlamaCppEngine(folder).load({ model, candidate, contextTokens: 64, sequences: 1 });
    const [row] = await session.openSequence().logits([5]);
    expect(row!.every(Number.isFinite)).toBe(true);
    await session.dispose();
    rmSync(path);
  });
});
