import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantizeGguf } from '../../../dist/models/quantize.js';
import { GEOMETRIES } from '../../../src/core/model.js';
import { blockDecoder } from '../../../src/formats/blocks/decode.js';
import { readGguf } from '../../../src/formats/gguf/read.js';
import { LLAMA_LEVELS } from '../../../src/models/quantize/levels.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';

const folder = mkdtempSync(join(tmpdir(), 'r1-quantize-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const source = join(folder, 'tiny-f16.gguf');
const target = join(folder, 'out.gguf');
const geometry = { ...GEOMETRIES.tiny, layers: 1 };

beforeAll(async () => {
  await synthesizeGguf({ geometry, quant: 'f16', seed: 1, path: source });
});

const leftOvers = (): string[] => readdirSync(folder).filter((name) => name.includes('partial'));
/** The bytes of every tensor by name. */
function dataOf(path: string): Map<string, Buffer> {
  const file = readFileSync(path);
  return new Map(
    readGguf(path).tensors.map(({ name, offset, bytes }) => [name, file.subarray(offset, offset + bytes)]),
  );
}

/** Levels whose every tensor our own decoder reads. */
const DECODED = ['q4_0', 'q4_1', 'q5_0', 'q5_1', 'q8_0', 'q2_k', 'q3_k_m', 'q4_k_m', 'q5_k_m', 'q6_k', 'bf16'];

/** Our decoder against libllama's, on the file just made. */
async function expectSameWeights(path: string): Promise<void> {
  const back = join(folder, 'back.gguf');
  await quantizeGguf({ source: path, quant: 'f32', path: back, threads: 1, allowRequantize: true });
  const [stored, exact] = [dataOf(path), dataOf(back)];
  for (const { name, type, elements } of readGguf(path).tensors) {
    const weights = new Float32Array(elements);
    blockDecoder(type)!(stored.get(name)!, weights);
    // −0 and 0 are the same weight.
    const ours = weights.map((weight) => weight + 0);
    const theirs = Float32Array.from(ours, (_, i) => exact.get(name)!.readFloatLE(4 * i) + 0);
    expect(Buffer.compare(Buffer.from(ours.buffer), Buffer.from(theirs.buffer)), name).toBe(0);
  }
}

describe('libllama quantizes', () => {
  it.each(LLAMA_LEVELS)('to %s, the file says so, and what we decode is the same to the bit', async (quant) => {
    const shares: number[] = [];
    const onProgress = (share: number): void => void shares.push(share);
    const model = await quantizeGguf({ source, quant, path: target, threads: 1, onProgress });
    expect(model).toMatchObject({ quant, weights: 'random', geometryId: null, path: target });
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(leftOvers()).toEqual([]);
    if (DECODED.includes(quant)) await expectSameWeights(target);
  });

  it.each(['q4_0', 'q8_0'] as const)('purely to %s as the synthesizer does', async (quant) => {
    const synthetic = join(folder, `synthetic-${quant}.gguf`);
    await synthesizeGguf({ geometry, quant, seed: 1, path: synthetic });
    await quantizeGguf({ source, quant, path: target, threads: 1, pure: true });
    const ours = dataOf(synthetic);
    for (const [name, bytes] of dataOf(target)) expect(bytes.equals(ours.get(name)!), name).toBe(true);
  });
});

describe('what cannot be quantized', () => {
  const attempt = (request: Partial<Parameters<typeof quantizeGguf>[0]>) =>
    quantizeGguf({ source, quant: 'q4_0', path: join(folder, 'never.gguf'), threads: 1, ...request });
  const nothingMade = (): void => {
    expect(existsSync(join(folder, 'never.gguf'))).toBe(false);
    expect(leftOvers()).toEqual([]);
  };

  it('is refused when it is quantized already, unless that is asked for', async () => {
    const quantized = join(folder, 'q4.gguf');
    await quantizeGguf({ source, quant: 'q4_0', path: quantized, threads: 1 });
    await expect(attempt({ source: quantized, quant: 'q8_0' })).rejects.toMatchObject({ code: 'QUANT_MISSING' });
    nothingMade();
    expect(
      (await quantizeGguf({ source: quantized, quant: 'q8_0', path: target, threads: 1, allowRequantize: true })).quant,
    ).toBe('q8_0');
  });

  it.each([
    ['an unknown level', { quant: 'q9_9' }, 'USAGE'],
    ['a level that needs an importance matrix', { quant: 'iq1_s' }, 'USAGE'],
    ['no file', { source: '/nowhere/model.gguf' }, 'MODEL_NOT_FOUND'],
  ])('is refused: %s', async (_name, request, code) => {
    await expect(attempt(request)).rejects.toMatchObject({ code });
    nothingMade();
  });

  it('is refused when the file is cut', async () => {
    const cut = join(folder, 'cut.gguf');
    writeFileSync(cut, readFileSync(source).subarray(0, 500_000));
    await expect(attempt({ source: cut })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    nothingMade();
  });

  it('stops when told to, and leaves nothing', async () => {
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(new Error('stopped'));
    await expect(attempt({ quant: 'iq3_s', onProgress, signal: controller.signal })).rejects.toThrow('stopped');
    nothingMade();
  });

  it('says in the words of libllama what went wrong', async () => {
    const odd = join(folder, 'odd.gguf');
    const bytes = readFileSync(source);
    // libllama insists on this key; our header check does not.
    bytes.write('layer_norm_rms_epsilox', bytes.indexOf('layer_norm_rms_epsilon'));
    writeFileSync(odd, bytes);
    const error = await attempt({ source: odd }).catch((e: unknown) => e as Error & { code: string });
    expect(error).toMatchObject({ code: 'MODEL_UNSUPPORTED' });
    expect((error as Error).message).toContain('layer_norm_rms_epsilon');
    nothingMade();
  });
});
