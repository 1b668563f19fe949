import { BACKENDS, type Backend, REAL_BACKENDS } from '../../core/backends.js';
import { R1Error } from '../../core/errors.js';
import type { ModelFormat } from '../../core/model.js';
import { table } from '../../core/table.js';
import { isOnnxLevel, ONNX_LEVELS } from '../onnx/levels.js';
import { isFullPrecision, isLlamaLevel, LLAMA_LEVELS } from '../quantize/levels.js';
import type { Level, Source } from './types.js';

type FormatLevels = {
  /** Names that `--quant` may ask for. */
  names: readonly string[];
  has: (quant: string) => boolean;
  /** Levels of one source that need no choice of the user's: quick to have, and worth comparing. */
  automatic: readonly string[];
  /** The same for trained weights: the finer mixture is worth the minutes of quantizing. */
  automaticTrained: readonly string[];
};

const LEVELS: Record<ModelFormat, FormatLevels> = {
  gguf: {
    names: LLAMA_LEVELS,
    has: isLlamaLevel,
    automatic: ['q4_0', 'q8_0'],
    automaticTrained: ['q4_0', 'q4_k_m', 'q8_0'],
  },
  onnx: {
    names: ONNX_LEVELS,
    has: isOnnxLevel,
    automatic: ['int4', 'int8'],
    automaticTrained: ['int4', 'int8'],
  },
};

export const formatOf = ({ backend }: Pick<Level, 'backend'>): ModelFormat => BACKENDS[backend].format;

/** Every real engine that runs a format. */
const runningOn = (format: ModelFormat): Backend[] =>
  REAL_BACKENDS.filter((backend) => BACKENDS[backend].format === format);

/** ONNX levels that hold exactly the weights of a quantized GGUF file. */
const EXACT_TWIN: Record<string, string> = table({ q4_0: 'int4', q8_0: 'int8' });
/** Floats hold the weights of any other file exactly, at 32 bits each. */
const EXACT_FOR_ANY = 'fp32';

/** The levels to provide, each with the backend that runs it. Throws USAGE for a name that no backend knows. */
export function wantedLevels(
  source: Source,
  backends: readonly Backend[],
  quants: readonly string[] | undefined,
): Level[] {
  if (quants === undefined) return unique(automaticLevels(source).filter(({ backend }) => backends.includes(backend)));
  return unique(quants.flatMap((quant) => namedLevels(source, backends, quant)));
}

function namedLevels(source: Source, backends: readonly Backend[], quant: string): Level[] {
  const known = REAL_BACKENDS.filter((backend) => isLevelOf(backend, quant, source));
  if (known.length === 0)
    throw new R1Error('USAGE', `"${quant}" is not a quantization level; expected ${everyName()}.`);
  const asked = known.filter((backend) => backends.includes(backend));
  if (asked.length === 0)
    throw new R1Error(
      'USAGE',
      `--quant ${quant} is a level of ${known.join(', ')}, but --backend asks for ${backends.join(', ')}.`,
    );
  return asked.map((backend) => ({ backend, quant }));
}

const everyName = (): string =>
  Object.entries(LEVELS)
    .map(([format, { names }]) => `${names.join(', ')} (${runningOn(format as ModelFormat).join(', ')})`)
    .join(' or ');

function isLevelOf(backend: Backend, quant: string, source: Source): boolean {
  const format = formatOf({ backend });
  if (LEVELS[format].has(quant)) return true;
  return source.kind === 'files' && source.files.some((file) => file.format === format && file.quant === quant);
}

function automaticLevels(source: Source): Level[] {
  if (source.kind === 'synthetic') return everywhere('automatic');
  if (source.kind === 'safetensors') return everywhere('automaticTrained');
  const own = source.files.flatMap(({ format, quant }) => levelsOf(format, quant));
  const gguf = source.files.filter(({ format }) => format === 'gguf');
  const twins = gguf.flatMap(({ quant }) => (EXACT_TWIN[quant] ? levelsOf('onnx', EXACT_TWIN[quant]) : []));
  const made = gguf.some(({ quant }) => isFullPrecision(quant)) ? everywhere('automaticTrained') : [];
  const levels = [...own, ...twins, ...made];
  return levels.some((level) => formatOf(level) === 'onnx') ? levels : [...levels, ...levelsOf('onnx', EXACT_FOR_ANY)];
}

const levelsOf = (format: ModelFormat, quant: string): Level[] =>
  runningOn(format).map((backend) => ({ backend, quant }));

const everywhere = (which: 'automatic' | 'automaticTrained'): Level[] =>
  REAL_BACKENDS.flatMap((backend) => LEVELS[formatOf({ backend })][which].map((quant) => ({ backend, quant })));

function unique(levels: Level[]): Level[] {
  const byName = new Map(levels.map((level) => [`${level.backend} ${level.quant}`, level]));
  return [...byName.values()];
}
