import type { Node } from './grammar.js';
import { integerRange } from './integer-range.js';
import { integer, number, positiveNumber } from './json-grammar.js';
import { type Schema, SchemaError } from './schema-error.js';

export const RANGE_KEYWORDS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const;
/** 15 digits: every such integer survives a double. */
const LARGEST_INTEGER = 999_999_999_999_999;

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
  if (!RANGE_KEYWORDS.some((name) => name in schema)) return integer;
  const read = (name: string): number | undefined => {
    const value = schema[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new SchemaError(`${path}.${name}`, 'must be a number');
    return value;
  };
  const above = (read('exclusiveMinimum') ?? Number.NEGATIVE_INFINITY) + 1;
  const below = (read('exclusiveMaximum') ?? Number.POSITIVE_INFINITY) - 1;
  const min = Math.max(Math.ceil(read('minimum') ?? -LARGEST_INTEGER), Math.floor(above), -LARGEST_INTEGER);
  const max = Math.min(Math.floor(read('maximum') ?? LARGEST_INTEGER), Math.ceil(below), LARGEST_INTEGER);
  if (min > max) throw new SchemaError(path, 'allows no integer');
  return integerRange(min, max);
}

/** Of ranges of fractions only "from 0 on" can be told from the first characters. */
export function numbers(schema: Schema, path: string): Node {
  const odd = ['maximum', 'exclusiveMinimum', 'exclusiveMaximum'].find((name) => name in schema);
  if (odd) throw new SchemaError(`${path}.${odd}`, 'cannot be enforced for type number; use integer, or minimum 0');
  if (!('minimum' in schema)) return number;
  if (schema.minimum !== 0) throw new SchemaError(`${path}.minimum`, 'can only be 0 for type number');
  return positiveNumber;
}
