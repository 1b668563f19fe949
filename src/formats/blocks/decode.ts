import type { TensorType } from '../gguf/types.js';
import type { BlockDecoder } from './block-decoder.js';
import { decodeKQuants } from './decode-k.js';
import { halfTable } from './half.js';

const f = Math.fround;
const word = (bytes: Buffer, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);

const f32: BlockDecoder = (bytes, weights) => {
  new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength).set(bytes);
};

const f16: BlockDecoder = (bytes, weights) => {
  const half = halfTable();
  for (let i = 0; i < weights.length; i++) weights[i] = half[word(bytes, 2 * i)]!;
};

const bf16: BlockDecoder = (bytes, weights) => {
  const words = new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
  for (let i = 0; i < words.length; i++) words[i] = word(bytes, 2 * i) << 16;
};

const q8_0: BlockDecoder = (bytes, weights) => {
  const half = halfTable();
  for (let at = 0, i = 0; i < weights.length; at += 34, i += 32) {
    const scale = half[word(bytes, at)]!;
    for (let j = 0; j < 32; j++) weights[i + j] = ((bytes[at + 2 + j]! << 24) >> 24) * scale;
  }
};

const q4_0: BlockDecoder = (bytes, weights) => {
  const half = halfTable();
  for (let at = 0, i = 0; i < weights.length; at += 18, i += 32) {
    const scale = half[word(bytes, at)]!;
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 2 + j]!;
      weights[i + j] = ((pair & 15) - 8) * scale;
      weights[i + 16 + j] = ((pair >> 4) - 8) * scale;
    }
  }
};

const q4_1: BlockDecoder = (bytes, weights) => {
  const half = halfTable();
  for (let at = 0, i = 0; i < weights.length; at += 20, i += 32) {
    const scale = half[word(bytes, at)]!;
    const least = half[word(bytes, at + 2)]!;
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 4 + j]!;
      weights[i + j] = f((pair & 15) * scale) + least;
      weights[i + 16 + j] = f((pair >> 4) * scale) + least;
    }
  }
};

/** The fifth bits of 32 weights lie in one little-endian word. */
const q5_0: BlockDecoder = (bytes, weights) => {
  const half = halfTable();
  for (let at = 0, i = 0; i < weights.length; at += 22, i += 32) {
    const scale = half[word(bytes, at)]!;
    const high = bytes.readUInt32LE(at + 2);
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 6 + j]!;
      weights[i + j] = (((pair & 15) | (((high >>> j) & 1) << 4)) - 16) * scale;
      weights[i + 16 + j] = (((pair >> 4) | (((high >>> (j + 16)) & 1) << 4)) - 16) * scale;
    }
  }
};

const q5_1: BlockDecoder = (bytes, weights) => {
  const half = halfTable();
  for (let at = 0, i = 0; i < weights.length; at += 24, i += 32) {
    const scale = half[word(bytes, at)]!;
    const least = half[word(bytes, at + 2)]!;
    const high = bytes.readUInt32LE(at + 4);
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 8 + j]!;
      weights[i + j] = f(((pair & 15) | (((high >>> j) & 1) << 4)) * scale) + least;
      weights[i + 16 + j] = f(((pair >> 4) | (((high >>> (j + 16)) & 1) << 4)) * scale) + least;
    }
  }
};

const DECODERS: Partial<Record<TensorType, BlockDecoder>> = {
  f32,
  f16,
  bf16,
  q8_0,
  q4_0,
  q4_1,
  q5_0,
  q5_1,
  ...decodeKQuants,
};

/** The decoder of a tensor type, or undefined for types that only llama.cpp reads. */
export const blockDecoder = (type: TensorType): BlockDecoder | undefined => DECODERS[type];
export const DECODABLE = Object.keys(DECODERS) as TensorType[];
