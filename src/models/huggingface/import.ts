import { closeSync, openSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ModelFile, Shape } from '../../core/model.js';
import { FILE_TYPES } from '../../formats/gguf/types.js';
import { type GgufValue, type Metadata, text, uint32 } from '../../formats/gguf/value.js';
import { type TensorSource, type WriteOptions, writeGguf } from '../../formats/gguf/write.js';
import { invalidModel } from '../../formats/invalid.js';
import { readSafetensors, type SafeTensor } from '../../formats/safetensors.js';
import { inspectGguf } from '../gguf/inspect.js';
import { ropeFactors } from '../rope-factors.js';
import { shapeMetadata } from '../shape-metadata.js';
import type { TensorSpec } from '../tensor-spec.js';
import { decoderTensors } from '../tensors.js';
import { readConfig } from './config.js';
import { tensorChunks } from './tensor-chunks.js';
import { huggingFaceName } from './tensor-names.js';
import { readTokenizer } from './tokenizer.js';

export type ImportRequest = WriteOptions & {
  /** A Hugging Face folder: config.json, *.safetensors, tokenizer.json. */
  folder: string;
  path: string;
  /** Element type of the matrices; norms and biases are always f32. */
  type?: 'f16' | 'f32' | undefined;
};

/** Makes a GGUF file of a Qwen2 or Llama model in safetensors, its tokenizer included. */
export async function importSafetensors(request: ImportRequest): Promise<ModelFile> {
  const { folder, path, type = 'f16' } = request;
  const shape = readConfig(join(folder, 'config.json'));
  const stored = readSafetensors(folder);
  const files = new OpenFiles();
  try {
    const tensors = decoderTensors(shape).map((spec) => sourceOf(spec, shape, stored, files, { folder, type }));
    await writeGguf(path, metadataOf(folder, shape, type), tensors, request);
  } finally {
    files.close();
  }
  return inspectGguf(path);
}

/** Keeps each shard open while tensors are read from it. */
class OpenFiles {
  readonly #descriptors = new Map<string, number>();

  get(path: string): number {
    if (!this.#descriptors.has(path)) this.#descriptors.set(path, openSync(path, 'r'));
    return this.#descriptors.get(path)!;
  }

  close(): void {
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor);
  }
}

function sourceOf(
  spec: TensorSpec,
  shape: Shape,
  stored: Map<string, SafeTensor>,
  files: OpenFiles,
  { folder, type }: { folder: string; type: 'f16' | 'f32' },
): TensorSource {
  const { name, dims, kind } = spec;
  if (kind === 'rope-factors') {
    const factors = Buffer.from(Float32Array.from(ropeFactors(shape)).buffer);
    return { name, dims, type: 'f32', chunks: () => [factors] };
  }
  const tensor = stored.get(huggingFaceName(name));
  if (tensor === undefined)
    throw invalidModel(folder, `${huggingFaceName(name)} is missing`, 'all tensors of the model');
  if (tensor.shape.join() !== [...dims].reverse().join())
    throw invalidModel(tensor.file, `${tensor.name} is ${tensor.shape.join(' × ')}`, [...dims].reverse().join(' × '));
  const target = kind === 'matrix' ? type : 'f32';
  const interleave = interleaveOf(name, shape);
  return { name, dims, type: target, chunks: () => tensorChunks(files.get(tensor.file), tensor, target, interleave) };
}

/** Only llama's q and k have rotary pairs in another order; see `tensorChunks`. */
function interleaveOf(name: string, { architecture, heads, kvHeads }: Shape): { heads: number } | undefined {
  if (architecture !== 'llama') return undefined;
  if (/attn_q\./.test(name)) return { heads };
  return /attn_k\./.test(name) ? { heads: kvHeads } : undefined;
}

function metadataOf(folder: string, shape: Shape, type: 'f16' | 'f32'): Metadata {
  return new Map<string, GgufValue>([
    ['general.architecture', text(shape.architecture)],
    ['general.type', text('model')],
    ['general.name', text(basename(resolve(folder)))],
    ['general.file_type', uint32(FILE_TYPES[type])],
    ['general.quantization_version', uint32(2)],
    ...shapeMetadata(shape),
    ...readTokenizer(folder, shape.vocab),
  ]);
}
