import type { Geometry } from '../../core/model.js';
import { randomInt, randomStream } from '../../core/random.js';
import { BLOCK } from '../../formats/blocks/quantize.js';
import type { TensorSource } from '../../formats/gguf/write.js';
import { ropeFactors } from '../rope-factors.js';
import { elementsOf, type TensorSpec } from '../tensor-spec.js';
import { bytesOfBlock, encodedPool, POOL_BLOCKS, type SyntheticType, weightPool } from './pool.js';

const CHUNK_BYTES = 8 << 20;
/** Blocks copied from one place of the pool: 224 weights, less than any row, so that no two rows are equal. */
const PIECE_BLOCKS = 7;

/** The tensors of a synthetic model. A tensor's content depends on the seed and its name alone. */
export function syntheticTensors(
  geometry: Geometry,
  specs: TensorSpec[],
  type: SyntheticType,
  seed: number,
): TensorSource[] {
  const pool = weightPool(seed);
  const encoded = new Map<number, Buffer>();
  const poolFor = (shift: number): Buffer => {
    if (!encoded.has(shift)) encoded.set(shift, encodedPool(pool, type, shift));
    return encoded.get(shift)!;
  };
  const pieceBytes = PIECE_BLOCKS * bytesOfBlock(type);
  const bufferBytes = Math.floor(CHUNK_BYTES / pieceBytes) * pieceBytes;
  const buffers: [Buffer, Buffer] = [Buffer.allocUnsafe(bufferBytes), Buffer.allocUnsafe(bufferBytes)];
  return specs.map((spec) => {
    if (spec.kind !== 'matrix') return { ...spec, type: 'f32', chunks: () => [vector(spec, geometry, seed)] };
    const bytes = (elementsOf(spec.dims) / BLOCK) * bytesOfBlock(type);
    const chunks = () => matrix(poolFor(scaleShift(spec)), bytesOfBlock(type), bytes, seed, spec.name, buffers);
    return { ...spec, type, chunks };
  });
}

/**
 * Weights of standard deviation 2^-shift, about one over the square root of the row length, keep activations near 1.
 * An output matrix (the embedding when tied) twice as large gives some tokens a lead over the rest.
 */
function scaleShift({ name, dims }: TensorSpec): number {
  const shift = Math.ceil((31 - Math.clz32(dims[0]!)) / 2);
  return name === 'output.weight' || name === 'token_embd.weight' ? shift - 1 : shift;
}

function* matrix(
  pool: Buffer,
  blockBytes: number,
  bytes: number,
  seed: number,
  name: string,
  buffers: [Buffer, Buffer],
): Generator<Buffer> {
  const random = randomStream(seed, name);
  const pieceBytes = PIECE_BLOCKS * blockBytes;
  for (let done = 0, turn = 0; done < bytes; turn ^= 1) {
    const buffer = buffers[turn]!;
    const length = Math.min(buffer.length, bytes - done);
    for (let at = 0; at < length; at += pieceBytes) {
      const from = randomInt(random, POOL_BLOCKS - PIECE_BLOCKS) * blockBytes;
      pool.copy(buffer, at, from, from + Math.min(pieceBytes, length - at));
    }
    done += length;
    yield buffer.subarray(0, length);
  }
}

/** Norms lie around 1 and biases around 0, so that a converter that drops or mixes them is found out. */
function vector({ name, dims, kind }: TensorSpec, geometry: Geometry, seed: number): Buffer {
  const random = randomStream(seed, name);
  const values = new Float32Array(elementsOf(dims));
  if (kind === 'rope-factors') values.set(ropeFactors(geometry));
  else
    values.forEach((_, i) => {
      values[i] = (kind === 'norm' ? 1 : 0) + (randomInt(random, 255) - 127) / 1024;
    });
  return Buffer.from(values.buffer);
}
