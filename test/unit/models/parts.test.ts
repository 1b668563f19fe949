import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GEOMETRIES } from '../../../src/core/model.js';
import { readGguf } from '../../../src/formats/gguf/read.js';
import { TensorData } from '../../../src/formats/gguf/tensor-data.js';
import { uint32 } from '../../../src/formats/gguf/value.js';
import { writeGguf } from '../../../src/formats/gguf/write.js';
import { pulledFolder } from '../../../src/models/folders.js';
import { inspectGguf } from '../../../src/models/gguf/inspect.js';
import { matrixTypes } from '../../../src/models/gguf/matrix-types.js';
import { modelSha256 } from '../../../src/models/resolve/model-hash.js';
import { readSource } from '../../../src/models/resolve/source.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'r1tune-parts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A tiny model in two files, as gguf-split writes them. */
async function split(into: string): Promise<string[]> {
  const whole = join(folder, 'whole.gguf');
  await synthesizeGguf({ geometry: { ...GEOMETRIES.tiny, layers: 1 }, quant: 'f32', seed: 1, path: whole });
  const { metadata, tensors } = readGguf(whole);
  const data = new TensorData(readGguf(whole));
  const half = Math.ceil(tensors.length / 2);
  const paths = [1, 2].map((part) => join(into, `m-0000${part}-of-00002.gguf`));
  for (const [i, path] of paths.entries()) {
    const own = tensors.slice(i * half, (i + 1) * half);
    const keys = new Map([...(i === 0 ? metadata : []), ['split.no', uint32(i)], ['split.count', uint32(2)]] as never);
    const sources = own.map((tensor) => {
      const content = Buffer.concat([...data.rawRows(tensor)].map((piece) => Buffer.from(piece)));
      return { name: tensor.name, dims: tensor.dims, type: tensor.type, chunks: () => [content] };
    });
    await writeGguf(path, keys as never, sources as never, {});
  }
  data.close();
  return paths;
}

it('a model in parts is one model, by whichever part it is named', async () => {
  const [first, second] = await split(folder);
  const whole = await inspectGguf(join(folder, 'whole.gguf'));
  const model = await inspectGguf(first!);
  expect(model).toMatchObject({ path: first, parameters: whole.parameters, bytesPerToken: whole.bytesPerToken });
  expect(await inspectGguf(second!)).toEqual(model);
  const home = join(folder, 'home');
  expect(await modelSha256(model, { home })).not.toBe(await modelSha256(whole, { home }));
  rmSync(second!);
  await expect(inspectGguf(first!)).rejects.toThrow(/m-00002-of-00002\.gguf/);
});

it('a pulled repository is found by OWNER/NAME', async () => {
  const home = join(folder, 'home');
  const pulled = pulledFolder(home, 'owner/name');
  mkdirSync(pulled, { recursive: true });
  await split(pulled);
  expect(await readSource('owner/name', home)).toMatchObject({ kind: 'files', files: [{ quant: 'f32' }] });
  await expect(readSource('owner/other', home)).rejects.toThrow(/has not been pulled/);
});

it('says what types the matrices really have', async () => {
  await split(folder);
  const types = matrixTypes(join(folder, 'whole.gguf'), 'q4_k_m');
  expect(types.counts.get('f32')).toBeGreaterThan(0);
  expect(types).toMatchObject({ bitsPerWeight: 32, fallback: null });
  const path = join(folder, 'odd.gguf');
  await synthesizeGguf({ geometry: { ...GEOMETRIES.tiny, ffn: 96, layers: 1 }, quant: 'q4_0', seed: 1, path });
  expect(matrixTypes(path, 'q2_k').fallback).toEqual({ count: 1, types: ['q4_0'], block: 256 });
});
