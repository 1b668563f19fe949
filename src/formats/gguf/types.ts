/** Numbers of the GGUF specification (ggml-org/ggml docs/gguf.md) and of ggml.h and llama.h. */

export const VALUE_TYPES = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'string',
  'array',
  'uint64',
  'int64',
  'float64',
] as const;
export type ScalarType = Exclude<(typeof VALUE_TYPES)[number], 'array'>;

/** Bytes of one element; a string is a 64-bit length and its bytes. */
export const SCALAR_BYTES: Record<Exclude<ScalarType, 'string'>, number> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  bool: 1,
  uint64: 8,
  int64: 8,
  float64: 8,
};

/** Tensor type → id in the file, elements in a block, bytes of a block. */
export const TENSOR_TYPES = {
  f32: { id: 0, block: 1, bytes: 4 },
  f16: { id: 1, block: 1, bytes: 2 },
  q4_0: { id: 2, block: 32, bytes: 18 },
  q4_1: { id: 3, block: 32, bytes: 20 },
  q5_0: { id: 6, block: 32, bytes: 22 },
  q5_1: { id: 7, block: 32, bytes: 24 },
  q8_0: { id: 8, block: 32, bytes: 34 },
  q2_k: { id: 10, block: 256, bytes: 84 },
  q3_k: { id: 11, block: 256, bytes: 110 },
  q4_k: { id: 12, block: 256, bytes: 144 },
  q5_k: { id: 13, block: 256, bytes: 176 },
  q6_k: { id: 14, block: 256, bytes: 210 },
  iq2_xxs: { id: 16, block: 256, bytes: 66 },
  iq2_xs: { id: 17, block: 256, bytes: 74 },
  iq3_xxs: { id: 18, block: 256, bytes: 98 },
  iq1_s: { id: 19, block: 256, bytes: 50 },
  iq4_nl: { id: 20, block: 32, bytes: 18 },
  iq3_s: { id: 21, block: 256, bytes: 110 },
  iq2_s: { id: 22, block: 256, bytes: 82 },
  iq4_xs: { id: 23, block: 256, bytes: 136 },
  i8: { id: 24, block: 1, bytes: 1 },
  i16: { id: 25, block: 1, bytes: 2 },
  i32: { id: 26, block: 1, bytes: 4 },
  i64: { id: 27, block: 1, bytes: 8 },
  f64: { id: 28, block: 1, bytes: 8 },
  iq1_m: { id: 29, block: 256, bytes: 56 },
  bf16: { id: 30, block: 1, bytes: 2 },
  tq1_0: { id: 34, block: 256, bytes: 54 },
  tq2_0: { id: 35, block: 256, bytes: 66 },
  mxfp4: { id: 39, block: 32, bytes: 17 },
} as const;
export type TensorType = keyof typeof TENSOR_TYPES;

const TYPE_OF_ID = new Map(Object.entries(TENSOR_TYPES).map(([name, row]) => [row.id as number, name as TensorType]));
export const tensorTypeOfId = (id: number): TensorType | undefined => TYPE_OF_ID.get(id);

export function tensorBytes(type: TensorType, elements: number): number {
  const { block, bytes } = TENSOR_TYPES[type];
  return (elements / block) * bytes;
}

/** general.file_type (`llama_ftype` of llama.h) by our quantization names. */
export const FILE_TYPES = {
  f32: 0,
  f16: 1,
  q4_0: 2,
  q4_1: 3,
  q8_0: 7,
  q5_0: 8,
  q5_1: 9,
  q2_k: 10,
  q3_k_s: 11,
  q3_k_m: 12,
  q3_k_l: 13,
  q4_k_s: 14,
  q4_k_m: 15,
  q5_k_s: 16,
  q5_k_m: 17,
  q6_k: 18,
  iq2_xxs: 19,
  iq2_xs: 20,
  q2_k_s: 21,
  iq3_xs: 22,
  iq3_xxs: 23,
  iq1_s: 24,
  iq4_nl: 25,
  iq3_s: 26,
  iq3_m: 27,
  iq2_s: 28,
  iq2_m: 29,
  iq4_xs: 30,
  iq1_m: 31,
  bf16: 32,
  tq1_0: 36,
  tq2_0: 37,
} as const;
export type FileType = keyof typeof FILE_TYPES;
export const isFileType = (name: string): name is FileType => Object.hasOwn(FILE_TYPES, name);

const NAME_OF_FILE_TYPE = new Map(Object.entries(FILE_TYPES).map(([name, id]) => [id as number, name as FileType]));
export const fileTypeOfId = (id: number): FileType | undefined => NAME_OF_FILE_TYPE.get(id);
