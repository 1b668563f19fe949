import { R1Error } from '../../core/errors.js';
import { table } from '../../core/table.js';
import { isOnnxLevel, ONNX_LEVELS } from '../onnx/levels.js';
import { isFullPrecision, isLlamaLevel, LLAMA_LEVELS } from '../quantize/levels.js';
import type { Level, ModelBackend, Source } from './types.js';

/** Levels of one source that need no choice of the user's: quick to have, and worth comparing. */
const AUTOMATIC: Record<ModelBackend, readonly string[]> = { 'llama-cpp': ['q4_0', 'q8_0'], onnx: ['int4', 'int8'] };
/** The finer mixture is worth the minutes of quantizing where weights are real. */
const AUTOMATIC_TRAINED: Record<ModelBackend, readonly string[]> = {
  'llama-cpp': ['q4_0', 'q4_k_m', 'q8_0'],
  onnx: ['int4', 'int8'],
};
/** ONNX levels that hold exactly the weights of a quantized GGUF file. */
const EXACT_TWIN: Record<string, string> = table({ q4_0: 'int4', q8_0: 'int8' });

/** The levels to provide, each with the backend that runs it. Throws USAGE for a name that no backend knows. */
export function wantedLevels(
  source: Source,
  backends: readonly ModelBackend[],
  quants: readonly string[] | undefined,
): Level[] {
  if (quants === undefined) return unique(automaticLevels(source).filter(({ backend }) => backends.includes(backend)));
  return unique(quants.flatMap((quant) => namedLevels(source, backends, quant)));
}

function namedLevels(source: Source, backends: readonly ModelBackend[], quant: string): Level[] {
  const known = (['llama-cpp', 'onnx'] as const).filter((backend) => isLevelOf(backend, quant, source));
  if (known.length === 0)
    throw new R1Error(
      'USAGE',
      `"${quant}" is not a quantization level; expected ${LLAMA_LEVELS.join(', ')} (llama-cpp) or ${ONNX_LEVELS.join(', ')} (onnx).`,
    );
  const asked = known.filter((backend) => backends.includes(backend));
  if (asked.length === 0)
    throw new R1Error(
      'USAGE',
      `--quant ${quant} is a level of ${known.join(', ')}, but --backend asks for ${backends.join(', ')}.`,
    );
  return asked.map((backend) => ({ backend, quant }));
}

const isLevelOf = (backend: ModelBackend, quant: string, source: Source): boolean =>
  (backend === 'onnx' ? isOnnxLevel(quant) : isLlamaLevel(quant)) ||
  (source.kind === 'files' && source.files.some((file) => backendOf(file.format) === backend && file.quant === quant));

function automaticLevels(source: Source): Level[] {
  if (source.kind === 'synthetic') return pairs(AUTOMATIC);
  if (source.kind === 'safetensors') return pairs(AUTOMATIC_TRAINED);
  const own = source.files.map((file): Level => ({ backend: backendOf(file.format), quant: file.quant }));
  const gguf = source.files.filter(({ format }) => format === 'gguf');
  const twins = gguf.flatMap(({ quant }): Level[] =>
    EXACT_TWIN[quant] ? [{ backend: 'onnx', quant: EXACT_TWIN[quant] }] : [],
  );
  return [...own, ...twins, ...(gguf.some(({ quant }) => isFullPrecision(quant)) ? pairs(AUTOMATIC_TRAINED) : [])];
}

export const backendOf = (format: 'gguf' | 'onnx'): ModelBackend => (format === 'gguf' ? 'llama-cpp' : 'onnx');

const pairs = (table: Record<ModelBackend, readonly string[]>): Level[] =>
  (['llama-cpp', 'onnx'] as const).flatMap((backend) => table[backend].map((quant) => ({ backend, quant })));

function unique(levels: Level[]): Level[] {
  const byName = new Map(levels.map((level) => [`${level.backend} ${level.quant}`, level]));
  return [...byName.values()];
}
