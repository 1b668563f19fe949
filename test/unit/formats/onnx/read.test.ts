import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { R1Error } from '../../../../src/core/errors.js';
import { GEOMETRIES } from '../../../../src/core/model.js';
import { Graph, MICROSOFT } from '../../../../src/formats/onnx/graph.js';
import { readOnnx } from '../../../../src/formats/onnx/read.js';
import { convertToOnnx } from '../../../../src/models/onnx/convert.js';
import { inspectOnnxFolder } from '../../../../src/models/onnx/inspect.js';
import { synthesizeGguf } from '../../../../src/models/synthesize.js';

const root = mkdtempSync(join(tmpdir(), 'r1-onnx-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const gguf = join(root, 'tiny.gguf');
const folder = join(root, 'tiny-int4-onnx');

beforeAll(async () => {
  await synthesizeGguf({ geometry: { ...GEOMETRIES.tiny, layers: 1 }, quant: 'q4_0', seed: 1, path: gguf });
});
const convert = () => convertToOnnx({ source: gguf, level: 'int4', folder });

describe('a graph', () => {
  it('reads back as it was made', () => {
    const graph = new Graph();
    graph.input('input_ids', 'int64', ['batch', 3]);
    graph.float32('w', [1, 2, 3], [3, 1]);
    graph.node('MatMulNBits', ['a', 'w'], ['b'], { bits: 4, alpha: { float: 0.5 }, perm: [1, 0] }, MICROSOFT);
    graph.output('b', 'float32', ['batch', 1]);
    const path = join(root, 'small.onnx');
    writeFileSync(path, graph.encode('small'));
    const read = readOnnx(path);
    expect(read.inputs).toEqual([{ name: 'input_ids', elementType: 7, dims: ['batch', 3] }]);
    expect(read.outputs).toEqual([{ name: 'b', elementType: 1, dims: ['batch', 1] }]);
    expect(read.weights).toMatchObject([{ name: 'w', dims: [3, 1], bytes: 12, elementType: 1 }]);
    expect(read.nodes).toEqual([{ operator: 'MatMulNBits', inputs: ['a', 'w'] }]);
    expect([...read.operators]).toEqual([['MatMulNBits', new Set([4])]]);
  });
});

describe('a converted folder', () => {
  it('is described as its source is', async () => {
    const model = await convert();
    expect(model).toMatchObject({ format: 'onnx', quant: 'int4', weights: 'random', path: join(folder, 'model.onnx') });
    expect(model.geometry).toMatchObject({ hidden: 256, layers: 1, vocab: 1024, tied: false });
    expect(model.bytesPerToken).toBeLessThan(model.sizeBytes);
    expect(inspectOnnxFolder(folder)).toEqual([model]);
  });

  it('is refused when its weights are short, gone, or its graph or manifest damaged', async () => {
    const damages: [() => void, string][] = [
      [() => truncateSync(join(folder, 'model.onnx.data'), 1000), 'truncated'],
      [() => unlinkSync(join(folder, 'model.onnx.data')), 'missing'],
      [() => truncateSync(join(folder, 'model.onnx'), 5000), 'truncated'],
      [() => writeFileSync(join(folder, 'model.onnx'), '<html>502</html>'), 'expected'],
      [() => writeFileSync(join(folder, 'model.onnx'), ''), 'no graph inputs'],
      [() => writeFileSync(join(folder, 'r1-tune.json'), '{'), 'manifest'],
      [() => writeFileSync(join(folder, 'r1-tune.json'), '{"schemaVersion":99}'), 'manifest'],
    ];
    for (const [damage, words] of damages) {
      await convert();
      damage();
      expect(() => inspectOnnxFolder(folder)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
      expect(() => inspectOnnxFolder(folder)).toThrow(words);
    }
  });

  it('never crashes the reader when bytes of the graph change', async () => {
    await convert();
    const path = join(folder, 'model.onnx');
    const bytes = readFileSync(path);
    const flips = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(flips, (changes) => {
        const copy = Buffer.from(bytes);
        for (const [at, to] of changes) copy[at] = to;
        writeFileSync(path, copy);
        try {
          readOnnx(path);
        } catch (error) {
          expect(error).toBeInstanceOf(R1Error);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is not left half-made when the source is cut', async () => {
    const cut = join(root, 'cut.gguf');
    writeFileSync(cut, readFileSync(gguf).subarray(0, 100_000));
    const target = join(root, 'never');
    await expect(convertToOnnx({ source: cut, level: 'int4', folder: target })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
    expect(() => readFileSync(target)).toThrow('ENOENT');
  });
});

describe('the published layout', () => {
  it('is recognised by config.json and the operators of its graphs', () => {
    const exported = join(root, 'published');
    const graph = new Graph();
    graph.input('input_ids', 'int64', ['b', 's']);
    graph.input('past_key_values.0.key', 'float32', ['b', 2, 'p', 64]);
    graph.node('MatMulNBits', ['x', 'w'], ['logits'], { bits: 4 }, MICROSOFT);
    graph.float32('model.embed_tokens.weight', new Array(1024 * 8).fill(0), [1024, 8]);
    graph.float32('w', new Array(64).fill(0));
    graph.output('logits', 'float32', ['b', 's', 1024]);
    const config = {
      model_type: 'qwen2',
      hidden_size: 256,
      num_hidden_layers: 4,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      intermediate_size: 768,
      vocab_size: 1024,
      max_position_embeddings: 4096,
      rms_norm_eps: 1e-6,
      rope_theta: 10000,
    };
    mkdirSync(join(exported, 'onnx'), { recursive: true });
    writeFileSync(join(exported, 'config.json'), JSON.stringify(config));
    writeFileSync(join(exported, 'onnx', 'model_q4.onnx'), graph.encode('published'));
    expect(inspectOnnxFolder(exported)).toMatchObject([
      { quant: 'int4', weights: 'trained', geometryId: 'tiny', bytesPerToken: 256, format: 'onnx' },
    ]);
    writeFileSync(join(exported, 'config.json'), JSON.stringify({ ...config, model_type: 'mixtral' }));
    expect(() => inspectOnnxFolder(exported)).toThrow('mixtral');
  });
});
