import { basename } from 'node:path';
import { kvBytesPerToken, type ModelFile, matchGeometry, type Shape } from '../../core/model.js';
import { type GgufFile, type GgufTensor, readGguf } from '../../formats/gguf/read.js';
import { fileTypeOfId, type TensorType } from '../../formats/gguf/types.js';
import { boolOf, numberOf, textOf } from '../../formats/gguf/value.js';
import { invalidModel } from '../../formats/invalid.js';
import { decoderTensors } from '../tensors.js';
import { checkKind, oddKind } from './kind.js';
import { readParts } from './parts.js';
import { isWhollyKnown, readShape } from './shape.js';

/** Metadata key by which a file says that its weights are random. */
export const SYNTHETIC_KEY = 'r1tune.synthetic';

/** Reads what a model is from its header, or those of its parts; `sha256` stays null. Throws as `readGguf` does. */
export async function inspectGguf(path: string): Promise<ModelFile> {
  return describeGguf(readParts(path));
}

/** Whether a file lies beside a model without being one: a projector, an adapter, an importance matrix. */
export const isCompanion = (path: string): boolean => oddKind(readGguf(path)) !== undefined;

/** The model in an opened GGUF file, after a check that all its tensors are there in the right shapes. */
export function describeGguf(file: GgufFile): ModelFile {
  checkKind(file);
  const shape = readShape(file);
  if (isWhollyKnown(shape)) checkTensorShapes(file, shape);
  return {
    path: file.path,
    format: 'gguf',
    quant: quantOf(file),
    sizeBytes: file.sizeBytes,
    sha256: null,
    architecture: shape.architecture,
    geometryId: matchGeometry(shape)?.id ?? null,
    geometry: shape,
    parameters: file.tensors.reduce((sum, tensor) => sum + tensor.elements, 0),
    bytesPerToken: bytesReadPerToken(file, shape),
    kvBytesPerToken: kvBytesPerToken(shape),
    weights: boolOf(file.metadata, SYNTHETIC_KEY) === true ? 'random' : 'trained',
    name: textOf(file.metadata, 'general.name') ?? basename(file.path, '.gguf'),
    contextLength: shape.contextLength,
  };
}

function checkTensorShapes(file: GgufFile, shape: Shape): void {
  if (shape.layers > file.tensors.length)
    throw invalidModel(
      file.path,
      `${shape.layers} blocks are declared`,
      `no more than the ${file.tensors.length} tensors`,
    );
  const present = new Map(file.tensors.map((tensor) => [tensor.name, tensor]));
  for (const { name, dims } of decoderTensors(shape)) {
    const tensor = present.get(name);
    if (tensor === undefined)
      throw invalidModel(file.path, `tensor ${name} is missing`, `all tensors of a ${shape.architecture} model`);
    if (tensor.dims.join() !== dims.join())
      throw invalidModel(file.path, `tensor ${name} is ${tensor.dims.join(' × ')}`, dims.join(' × '));
  }
}

/** The level the file was made for; files without general.file_type are named after the type of most of their bytes. */
function quantOf(file: GgufFile): string {
  const LLAMA_FTYPE_GUESSED = 1024;
  const fileType = numberOf(file.metadata, 'general.file_type');
  const named = fileType === undefined ? undefined : fileTypeOfId(fileType % LLAMA_FTYPE_GUESSED);
  return named ?? mostCommonType(file.tensors);
}

function mostCommonType(tensors: readonly GgufTensor[]): TensorType {
  const bytes = new Map<TensorType, number>();
  for (const tensor of tensors) bytes.set(tensor.type, (bytes.get(tensor.type) ?? 0) + tensor.bytes);
  return [...bytes].sort((a, b) => b[1] - a[1])[0]![0];
}

/** Tables of which a token reads a row or two. */
const GATHERED = /^(?:token_embd|per_layer_token_embd|token_types|position_embd)\.weight$/;
/** Encoders of images and sound, which are not run for text. */
const NOT_FOR_TEXT = /^(?:v|a|mm|enc)\./;
const EXPERTS = /_exps\.(?:weight|bias|scale)$/;

/**
 * Bytes of the tensors that one token goes through: of experts the share that is used, no layers that only predict
 * further tokens, and the embedding only when it is the output matrix too.
 */
function bytesReadPerToken({ tensors, metadata }: GgufFile, shape: Shape): number {
  const { tied, experts, layers, architecture } = shape;
  const extra = numberOf(metadata, `${architecture}.nextn_predict_layers`) ?? 0;
  const share = experts ? experts.used / experts.count : 1;
  const isIdle = (name: string): boolean =>
    NOT_FOR_TEXT.test(name) ||
    (GATHERED.test(name) && !(tied && name === 'token_embd.weight')) ||
    Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1) >= layers - extra;
  const read = tensors.filter(({ name }) => !isIdle(name));
  return Math.round(read.reduce((sum, { name, bytes }) => sum + bytes * (EXPERTS.test(name) ? share : 1), 0));
}
