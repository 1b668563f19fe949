import { table } from '../../core/table.js';
import { decimals, MOST_DIGITS } from './decimal-range.js';
import type { Node } from './grammar.js';
import { integer, number } from './json-grammar.js';
import { type Schema, SchemaError } from './schema-error.js';

const LIMITS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'] as const;
export const NUMBER_KEYWORDS = [...LIMITS, 'format'] as const;
/** Every remainder is a part of the grammar. */
const LARGEST_MULTIPLE = 1000;
const INTEGER_FORMATS: Record<string, [number, number]> = table({
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
});

/** Least and most length of a string or an array. */
export function bounds(schema: Schema, low: string, high: string, path: string): [number, number] {
  const read = (name: string, otherwise: number): number => {
    const value = schema[name] ?? otherwise;
    const isFit = value === otherwise || (Number.isSafeInteger(value) && (value as number) >= 0);
    if (!isFit) throw new SchemaError(`${path}.${name}`, 'must be a whole number from 0 on');
    return value as number;
  };
  const [min, max] = [read(low, 0), read(high, Number.POSITIVE_INFINITY)];
  if (min > max) throw new SchemaError(`${path}.${high}`, `must not be less than ${low}`);
  return [min, max];
}

export function integers(schema: Schema, path: string): Node {
  const [least, most] = INTEGER_FORMATS[String(schema.format)] ?? [];
  if (least === undefined && !isLimited(schema)) return integer;
  return inRange(schema, path, 'integer', { fractionDigits: 0, least, most });
}

export function numbers(schema: Schema, path: string): Node {
  if (!isLimited(schema)) return number;
  const step = read(schema, 'multipleOf', path);
  const digits = step === undefined ? MOST_DIGITS : fractionDigitsOf(step, path);
  return inRange(schema, path, 'number', { fractionDigits: digits, least: undefined, most: undefined });
}

const isLimited = (schema: Schema): boolean => LIMITS.some((name) => schema[name] !== undefined);

type Kind = { fractionDigits: number; least: number | undefined; most: number | undefined };

function inRange(schema: Schema, path: string, what: string, { fractionDigits, least, most }: Kind): Node {
  const limit = (name: string, fallback: number) => read(schema, name, path) ?? fallback;
  const [min, max] = [limit('minimum', least ?? -Infinity), limit('maximum', most ?? Infinity)];
  const [above, below] = [limit('exclusiveMinimum', -Infinity), limit('exclusiveMaximum', Infinity)];
  const node = decimals({
    min: Math.max(min, above, least ?? -Infinity),
    max: Math.min(max, below, most ?? Infinity),
    isMinExcluded: above >= min && above > -Infinity,
    isMaxExcluded: below <= max && below < Infinity,
    fractionDigits,
    multipleOf: fractionDigits === 0 ? wholeStep(schema, path) : 1,
  });
  if (!node) throw new SchemaError(path, `allows no ${what} of at most ${MOST_DIGITS} digits`);
  return node;
}

function wholeStep(schema: Schema, path: string): number {
  const step = read(schema, 'multipleOf', path) ?? 1;
  if (Number.isInteger(step) && step >= 1 && step <= LARGEST_MULTIPLE) return step;
  throw new SchemaError(
    `${path}.multipleOf`,
    `can only be a whole number from 1 to ${LARGEST_MULTIPLE}, or for type number also 0.1, 0.01 and so on`,
  );
}

/** 0.01 stands for two digits after the point; a whole number for none. */
function fractionDigitsOf(step: number, path: string): number {
  if (Number.isInteger(step)) return 0;
  const digits = Math.round(-Math.log10(step));
  if (digits >= 1 && digits < MOST_DIGITS && Number(`1e-${digits}`) === step) return digits;
  throw new SchemaError(`${path}.multipleOf`, 'can only be a whole number, 0.1, 0.01 and so on');
}

function read(schema: Schema, name: string, path: string): number | undefined {
  const value = schema[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new SchemaError(`${path}.${name}`, 'must be a number');
}
