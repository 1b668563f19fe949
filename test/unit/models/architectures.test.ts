import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GEOMETRIES, kvBytesPerToken, kvBytesRead, type Shape } from '../../../src/core/model.js';
import { bool, float32, type GgufValue, text, uint32 } from '../../../src/formats/gguf/value.js';
import { writeGguf } from '../../../src/formats/gguf/write.js';
import { inspectGguf } from '../../../src/models/gguf/inspect.js';
import { convertToOnnx } from '../../../src/models/onnx/convert.js';
import { shapeMetadata } from '../../../src/models/shape-metadata.js';
import { byteLevelVocabulary } from '../../../src/models/synthetic/vocabulary.js';
import { elementsOf, type TensorSpec } from '../../../src/models/tensor-spec.js';
import { decoderTensors } from '../../../src/models/tensors.js';

const { id: _, ...tiny } = GEOMETRIES.tiny;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'r1tune-architectures-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Extra = { keys?: [string, GgufValue][]; tensors?: TensorSpec[]; without?: RegExp };

/** A file of zeros with the keys and tensors of a shape. */
async function write(shape: Shape, { keys = [], tensors = [], without }: Extra = {}): Promise<string> {
  const path = join(folder, 'model.gguf');
  const specs = [...decoderTensors(shape), ...tensors].filter(({ name }) => !without?.test(name));
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', text(shape.architecture)],
    ...shapeMetadata(shape),
    ...byteLevelVocabulary(shape.vocab),
    ...keys,
  ]);
  const zeros = ({ name, dims }: TensorSpec) =>
    ({ name, dims, type: 'f32', chunks: () => [Buffer.alloc(4 * elementsOf(dims))] }) as const;
  await writeGguf(path, metadata, specs.map(zeros), {});
  return path;
}
const bytesOf = (shape: Shape, pattern: RegExp): number =>
  decoderTensors(shape)
    .filter(({ name }) => pattern.test(name))
    .reduce((sum, { dims }) => sum + 4 * elementsOf(dims), 0);

describe('files of any architecture', () => {
  const mixture: Shape = {
    ...tiny,
    architecture: 'qwen3moe',
    qkvBias: false,
    qkNorm: true,
    experts: { count: 8, used: 2, ffn: 96 },
  };

  it('of a mixture, a token reads the experts it uses', async () => {
    const model = await inspectGguf(await write(mixture));
    expect(model.geometry).toMatchObject({ experts: { count: 8, used: 2, ffn: 96 }, qkNorm: true });
    const experts = bytesOf(mixture, /_exps/);
    expect(model.bytesPerToken).toBe(bytesOf(mixture, /^(?!token_embd)/) - (experts * 6) / 8);
  });

  it('Mixtral has the name of a dense architecture and is whole all the same', async () => {
    const mixtral: Shape = { ...mixture, architecture: 'llama', qkNorm: false };
    expect(await inspectGguf(await write(mixtral))).toMatchObject({ architecture: 'llama' });
    await expect(
      convertToOnnx({ source: await write(mixtral), level: 'int4', folder: join(folder, 'x') }),
    ).rejects.toThrow(/mixture of experts/);
  });

  it('sliding windows bound what is read, and shared or latent caches what is kept', async () => {
    const gemma: Shape = { ...tiny, architecture: 'gemma3', qkvBias: false, layers: 6 };
    const keys: [string, GgufValue][] = [['gemma3.attention.sliding_window', uint32(100)]];
    const { geometry } = await inspectGguf(await write(gemma, { keys }));
    const layer = 2 * 2 * tiny.kvHeads * tiny.headDim;
    expect(kvBytesPerToken(geometry)).toBe(6 * layer);
    expect(kvBytesRead(geometry, 1000)).toBe(layer * 1000 + 5 * layer * 100);
    const latent: Shape = { ...tiny, architecture: 'deepseek2', qkvBias: false };
    const mla: [string, GgufValue][] = [
      ['deepseek2.attention.kv_lora_rank', uint32(32)],
      ['deepseek2.attention.key_length_mla', uint32(48)],
      ['deepseek2.rope.dimension_count', uint32(16)],
    ];
    expect((await inspectGguf(await write(latent, { keys: mla }))).kvBytesPerToken).toBe(tiny.layers * (32 + 16) * 2);
  });

  it('later layers that share a cache read it again', async () => {
    const gemma: Shape = { ...tiny, architecture: 'gemma3n', qkvBias: false, layers: 10 };
    const keys: [string, GgufValue][] = [
      ['gemma3n.attention.sliding_window', uint32(100)],
      ['gemma3n.attention.shared_kv_layers', uint32(5)],
    ];
    const { geometry } = await inspectGguf(await write(gemma, { keys }));
    const layer = 2 * 2 * tiny.kvHeads * tiny.headDim;
    expect(kvBytesPerToken(geometry)).toBe(5 * layer);
    expect(kvBytesRead(geometry, 1000)).toBe(2 * layer * 1000 + 8 * layer * 100);
  });

  it('a window counts only where the engine has one, and layers without a cache count for none', async () => {
    const of = async (architecture: string, key: string, value: number): Promise<Shape> =>
      (
        await inspectGguf(
          await write(
            { ...tiny, architecture, qkvBias: false, layers: 8 },
            { keys: [[`${architecture}.${key}`, uint32(value)]] },
          ),
        )
      ).geometry;
    const whole = 8 * 2 * 2 * tiny.kvHeads * tiny.headDim;
    expect(kvBytesRead(await of('phi2', 'attention.sliding_window', 100), 1000)).toBe(whole * 1000);
    expect(kvBytesRead(await of('smallthinker', 'attention.sliding_window', 100), 1000)).toBe(
      (whole / 8) * (2 * 1000 + 6 * 100),
    );
    expect(kvBytesPerToken(await of('qwen3next', 'full_attention_interval', 4))).toBe(whole / 4);
    expect(await of('deepseek4', 'attention.sliding_window', 100)).toMatchObject({ isCacheKnown: false });
  });

  it.each<[string, Extra, RegExp]>([
    ['a LoRA adapter', { keys: [['general.type', text('adapter')]] }, /LoRA adapter/],
    ['a projector', { keys: [['general.type', text('mmproj')]] }, /mmproj/],
    ['an importance matrix', { keys: [['general.type', text('imatrix')]] }, /importance matrix/],
    ['an embedder', { keys: [['qwen2.pooling_type', uint32(3)]] }, /embedding or reranking/],
    ['attention both ways', { keys: [['qwen2.attention.causal', bool(false)]] }, /not causal/],
  ])('%s is refused by what it is', async (_what, extra, message) => {
    const path = await write(tiny, extra);
    await expect(inspectGguf(path)).rejects.toThrow(message);
    await expect(inspectGguf(path)).rejects.toThrow(expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }));
  });

  it('the converter names what its graph would leave out, before it writes', async () => {
    const bias: TensorSpec = { name: 'blk.0.attn_output.bias', dims: [tiny.hidden], kind: 'bias' };
    const convert = async (shape: Shape, extra: Extra) =>
      convertToOnnx({ source: await write(shape, extra), level: 'int4', folder: join(folder, 'x') });
    await expect(convert(tiny, { tensors: [bias] })).rejects.toThrow(/blk\.0\.attn_output\.bias/);
    await expect(convert(tiny, { keys: [['tokenizer.ggml.pre', text('martian')]] })).rejects.toThrow(/"martian"/);
    await expect(convert(tiny, { keys: [['qwen2.rope.dimension_count', uint32(32)]] })).rejects.toThrow(/32 of 64/);
    const attention: [string, GgufValue] = ['qwen2.rope.scaling.attn_factor', float32(0.878)];
    await expect(convert(tiny, { keys: [attention] })).rejects.toThrow(/attn_factor/);
    await expect(convert({ ...tiny, architecture: 'smollm3', qkvBias: false }, {})).rejects.toThrow(/smollm3/);
  });
});
