import { table } from '../../core/table.js';
import { isSchema, type Schema, SchemaError } from './schema-error.js';

/** Several schemas that all must hold → one. */

type Combine = (a: unknown, b: unknown, path: string) => unknown;

const larger: Combine = (a, b) => Math.max(a as number, b as number);
const smaller: Combine = (a, b) => Math.min(a as number, b as number);
const all: Combine = (a, b) => [...new Set([a, b].flat())];

const COMBINE: Readonly<Record<string, Combine>> = table({
  minimum: larger,
  exclusiveMinimum: larger,
  minLength: larger,
  minItems: larger,
  maximum: smaller,
  exclusiveMaximum: smaller,
  maxLength: smaller,
  maxItems: smaller,
  pattern: all,
  format: all,
  required: all,
  type: sharedTypes,
  enum: sharedValues,
  items: both,
  additionalProperties: both,
  propertyNames: both,
  uniqueItems: (a, b) => a === true || b === true,
});

/** Throws `SchemaError` for what cannot be brought together. */
export function merge(a: Schema, b: Schema, path: string): Schema {
  if (a.anyOf !== undefined || a.oneOf !== undefined) return distribute(a, b, path);
  if (b.anyOf !== undefined || b.oneOf !== undefined) return distribute(b, a, path);
  const [left, right] = [withValues(a), withValues(b)];
  const merged: Schema = { ...left };
  for (const [keyword, value] of Object.entries(right)) {
    if (keyword === 'properties') continue;
    merged[keyword] = keyword in left && left[keyword] !== value ? combine(keyword, left[keyword], value, path) : value;
  }
  const properties = mergedProperties(left, right);
  return properties ? { ...merged, properties } : merged;
}

/** A constant is a list of one value. */
function withValues({ const: only, ...rest }: Schema): Schema {
  return only === undefined
    ? rest
    : { ...rest, enum: rest.enum === undefined ? [only] : sharedValues(rest.enum, [only]) };
}

const NOTES = ['$schema', '$id', '$comment', 'title', 'description', 'default', 'examples', 'deprecated'];

function combine(keyword: string, a: unknown, b: unknown, path: string): unknown {
  const how = COMBINE[keyword];
  if (how) return how(a, b, path);
  if (NOTES.includes(keyword)) return b;
  throw new SchemaError(
    `${path}.${keyword}`,
    'differs between schemas that all must hold, and cannot be brought together',
  );
}

/** Choices of one part become choices of the whole. */
function distribute(choice: Schema, other: Schema, path: string): Schema {
  const keyword = choice.anyOf === undefined ? 'oneOf' : 'anyOf';
  const { [keyword]: parts, ...rest } = choice;
  if (!Array.isArray(parts)) throw new SchemaError(`${path}.${keyword}`, 'must be an array with entries');
  const beside = Object.keys(rest).length === 0 ? other : { allOf: [rest, other] };
  return { [keyword]: parts.map((part) => ({ allOf: [beside, part] })) };
}

/** A property must satisfy both; one that only one names must be allowed by the other. */
function mergedProperties(a: Schema, b: Schema): Schema | undefined {
  const [left, right] = [a.properties, b.properties];
  if (!isSchema(left) || !isSchema(right)) {
    if (left === undefined && right === undefined) return undefined;
    return { ...allowedBy(b, left), ...allowedBy(a, right) };
  }
  const shared = Object.keys(left).filter((name) => Object.hasOwn(right, name));
  return {
    ...allowedBy(b, left),
    ...allowedBy(a, right),
    ...Object.fromEntries(shared.map((name) => [name, { allOf: [left[name], right[name]] }])),
  };
}

function allowedBy({ additionalProperties, properties }: Schema, others: unknown): Schema {
  if (!isSchema(others)) return {};
  const isNamed = (name: string) => isSchema(properties) && Object.hasOwn(properties, name);
  if (additionalProperties === false)
    return Object.fromEntries(Object.entries(others).filter(([name]) => isNamed(name)));
  if (!isSchema(additionalProperties)) return others;
  return Object.fromEntries(
    Object.entries(others).map(([name, schema]) =>
      isNamed(name) ? [name, schema] : [name, { allOf: [schema, additionalProperties] }],
    ),
  );
}

function sharedTypes(a: unknown, b: unknown): unknown {
  const [left, right] = [[a].flat(), [b].flat()];
  const shared = left.filter((type) => right.includes(type));
  const isInteger =
    (left.includes('integer') && right.includes('number')) || (left.includes('number') && right.includes('integer'));
  return isInteger && !shared.includes('number') ? [...new Set([...shared, 'integer'])] : shared;
}

function sharedValues(a: unknown, b: unknown): unknown {
  const known = new Set([b].flat().map((value) => JSON.stringify(value)));
  return [a].flat().filter((value) => known.has(JSON.stringify(value)));
}

function both(a: unknown, b: unknown): unknown {
  if (a === false || b === false) return false;
  if (a === true) return b;
  return b === true ? a : { allOf: [a, b] };
}
