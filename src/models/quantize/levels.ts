import { FILE_TYPES, type FileType } from '../../formats/gguf/types.js';

/** Levels that libllama makes only with an importance matrix (tensor_requires_imatrix of llama-quant.cpp). */
const NEED_IMPORTANCE_MATRIX: readonly string[] = [
  'iq1_s',
  'iq1_m',
  'iq2_xxs',
  'iq2_xs',
  'iq2_s',
  'iq2_m',
  'iq3_xxs',
  'iq3_xs',
  'q2_k_s',
];

/** Levels that `models quantize` makes, by llama.cpp's names in lower case. */
export const LLAMA_LEVELS = (Object.keys(FILE_TYPES) as FileType[]).filter(
  (level) => !NEED_IMPORTANCE_MATRIX.includes(level),
);
export const isLlamaLevel = (name: string): name is FileType => (LLAMA_LEVELS as string[]).includes(name);

/** Files of these types hold what the model was trained to: any other level may be made from them. */
export const isFullPrecision = (quant: string): boolean => quant === 'f32' || quant === 'f16' || quant === 'bf16';
