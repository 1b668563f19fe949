import { alt, lazy, literal, type Node, optional, ranges, repeat, seq } from './grammar.js';
import { integerRange } from './integer-range.js';
import {
  anyObject,
  anyValue,
  array,
  boolean,
  comma,
  gap,
  integer,
  member,
  number,
  opening,
  positiveNumber,
  string,
} from './json-grammar.js';

/** A schema that cannot be followed; `path` says where, as in the request. */
export class SchemaError extends Error {
  constructor(
    readonly path: string,
    message: string,
  ) {
    super(message);
    this.name = 'SchemaError';
  }
}

type Schema = Record<string, unknown>;
/** What each token costs grows with the ways in which an answer can go on. */
const MOST = { parts: 2000, branches: 128, values: 2000 };
type Budget = typeof MOST;
type Context = { root: Schema; refs: Map<string, Node>; open: Set<string>; left: Budget };

/** Notes for people, without effect on what is valid. */
const ANNOTATIONS = new Set([
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
]);
const BY_TYPE: Record<string, readonly string[]> = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'minItems', 'maxItems'],
  string: ['minLength', 'maxLength'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  boolean: [],
  null: [],
};
const TYPES = Object.keys(BY_TYPE);
const MOST_DEPTH = 32;
const LARGEST_INTEGER = 999_999_999_999_999;

/**
 * A JSON Schema → the grammar of the texts that satisfy it. Covers type, enum, const, anyOf, $ref into the schema,
 * objects (properties in the order of the schema; none that it does not name unless additionalProperties says so),
 * arrays, lengths of strings and arrays, and ranges of integers. Throws `SchemaError` for every other keyword: a
 * promise that would not be kept.
 */
export function compileSchema(schema: unknown, path = 'schema'): Node {
  const root = schema as Schema;
  const context = { root, refs: new Map(), open: new Set<string>(), left: { ...MOST } };
  return seq(opening, compile(schema, path, context, 0));
}

/** Any JSON object: response_format json_object. */
export const ANY_OBJECT: Node = seq(opening, anyObject(anyValue));

function compile(schema: unknown, path: string, context: Context, depth: number): Node {
  if (schema === true) return anyValue;
  if (!isSchema(schema)) throw new SchemaError(path, 'must be a schema object or true');
  if (depth > MOST_DEPTH) throw new SchemaError(path, `is nested deeper than ${MOST_DEPTH} levels`);
  spend(context, 'parts', 1, path);
  // What stands inside an object or array may refer back to it: something was written in between.
  const inside = { ...context, open: new Set<string>() };
  const down = (part: unknown, name: string) => compile(part, `${path}.${name}`, inside, depth + 1);
  if ('$ref' in schema) return only(schema, ['$ref'], path, () => reference(schema.$ref, path, context, depth));
  if ('const' in schema)
    return only(schema, ['const', 'type'], path, () => choices([schema.const], schema, path, context));
  if ('enum' in schema)
    return only(schema, ['enum', 'type'], path, () =>
      choices(list(schema.enum, `${path}.enum`), schema, path, context),
    );
  const [union] = ['anyOf', 'allOf'].filter((keyword) => keyword in schema);
  if (union) return only(schema, [union], path, () => alternatives(union, schema, path, context, depth));
  const types = typesOf(schema, path);
  return only(schema, ['type', ...types.flatMap((type) => BY_TYPE[type]!)], path, () =>
    alt(...types.map((type) => typed(type, schema, path, down))),
  );
}

/** anyOf; also allOf of one schema, by which some generators put a note beside a $ref. */
function alternatives(keyword: string, schema: Schema, path: string, context: Context, depth: number): Node {
  const parts = list(schema[keyword], `${path}.${keyword}`);
  if (keyword === 'allOf' && parts.length > 1)
    throw new SchemaError(`${path}.allOf`, 'of more than one schema cannot be enforced by this server');
  spend(context, 'branches', parts.length, path);
  return alt(...parts.map((part, i) => compile(part, `${path}.${keyword}[${i}]`, context, depth + 1)));
}

type Down = (part: unknown, name: string) => Node;

function typed(type: string, schema: Schema, path: string, down: Down): Node {
  switch (type) {
    case 'object':
      return object(schema, path, down);
    case 'array': {
      const [min, max] = bounds(schema, 'minItems', 'maxItems', path);
      return array(schema.items === undefined ? anyValue : down(schema.items, 'items'), min, max);
    }
    case 'string':
      return string(...bounds(schema, 'minLength', 'maxLength', path));
    case 'integer':
      return integers(schema, path);
    case 'number':
      return numbers(schema, path);
    case 'boolean':
      return boolean;
    default:
      return literal('null');
  }
}

function spend({ left }: Context, what: keyof Budget, count: number, path: string): void {
  left[what] -= count;
  if (left[what] < 0) throw new SchemaError(path, `goes beyond the ${MOST[what]} ${what} that a schema may have`);
}

function only(schema: Schema, keywords: readonly string[], path: string, make: () => Node): Node {
  const unknown = Object.keys(schema).find((key) => !keywords.includes(key) && !ANNOTATIONS.has(key));
  if (unknown !== undefined)
    throw new SchemaError(`${path}.${unknown}`, 'is a keyword that this server cannot enforce here');
  return make();
}

/** Compiled on first use, so that a schema may refer to itself; a reference that leads only to itself is refused. */
function reference(ref: unknown, path: string, context: Context, depth: number): Node {
  if (typeof ref !== 'string' || !/^#(\/|$)/.test(ref))
    throw new SchemaError(`${path}.$ref`, 'must point into this schema, as in #/$defs/name');
  const known = context.refs.get(ref);
  if (known) {
    if (context.open.has(ref)) throw new SchemaError(`${path}.$ref`, 'leads only to itself');
    return known;
  }
  let target: Node | undefined;
  const node = lazy(() => target!);
  context.refs.set(ref, node);
  context.open.add(ref);
  target = compile(resolve(ref, path, context.root), ref, { ...context, open: new Set(context.open) }, depth + 1);
  return node;
}

function resolve(ref: string, path: string, root: Schema): unknown {
  const names = ref
    .split('/')
    .slice(1)
    .map((name) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'));
  let at: unknown = root;
  for (const name of names) at = isSchema(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  if (at === undefined) throw new SchemaError(`${path}.$ref`, `points to nothing: ${ref}`);
  return at;
}

/** The given values, of those types that the schema allows. */
function choices(values: readonly unknown[], schema: Schema, path: string, context: Context): Node {
  spend(context, 'values', values.length, path);
  const types = schema.type === undefined ? TYPES : typesOf(schema, path);
  const fitting = values.filter((value) => types.some((type) => isOfType(value, type)));
  if (fitting.length === 0) throw new SchemaError(path, 'has no value of its own type');
  return alt(...fitting.map((value) => literal(JSON.stringify(value))));
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isSchema(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function typesOf(schema: Schema, path: string): string[] {
  const implied = 'properties' in schema ? 'object' : 'items' in schema ? 'array' : undefined;
  const given = schema.type ?? implied;
  if (given === undefined) throw new SchemaError(path, 'needs a type, enum, const, anyOf or $ref');
  const types = Array.isArray(given) ? given : [given];
  if (types.length === 0 || !types.every((type) => TYPES.includes(type as string)))
    throw new SchemaError(`${path}.type`, `must be one or more of ${TYPES.join(', ')}`);
  return types as string[];
}

function bounds(schema: Schema, low: string, high: string, path: string): [number, number] {
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

function integers(schema: Schema, path: string): Node {
  if (!BY_TYPE.integer!.some((name) => name in schema)) return integer;
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
function numbers(schema: Schema, path: string): Node {
  const odd = ['maximum', 'exclusiveMinimum', 'exclusiveMaximum'].find((name) => name in schema);
  if (odd) throw new SchemaError(`${path}.${odd}`, 'cannot be enforced for type number; use integer, or minimum 0');
  if (!('minimum' in schema)) return number;
  if (schema.minimum !== 0) throw new SchemaError(`${path}.minimum`, 'can only be 0 for type number');
  return positiveNumber;
}

function object(schema: Schema, path: string, down: Down): Node {
  const properties = schema.properties ?? {};
  if (!isSchema(properties)) throw new SchemaError(`${path}.properties`, 'must be an object of schemas');
  const names = Object.keys(properties);
  const required = new Set(list(schema.required ?? [], `${path}.required`, true));
  for (const name of required)
    if (!names.includes(name as string))
      throw new SchemaError(`${path}.required`, `names "${name}", which properties does not have`);
  const members = names.map((name) =>
    member(literal(JSON.stringify(name)), down(properties[name], `properties.${name}`)),
  );
  const isOptional = names.map((name) => !required.has(name));
  const extra = schema.additionalProperties ?? false;
  const more = extra === false ? undefined : member(keyBeside(names), down(extra, 'additionalProperties'));
  return seq(literal('{'), gap, membersFrom(0, true, members, isOptional, more), gap, literal('}'));
}

/** Members from `at` on, in order; a comma stands before each but the first that is written. */
function membersFrom(
  at: number,
  isFirst: boolean,
  members: Node[],
  isOptional: boolean[],
  more: Node | undefined,
): Node {
  const separated = (node: Node) => (isFirst ? node : seq(comma, node));
  if (at === members.length) {
    if (!more) return seq();
    return optional(seq(separated(more), repeat(seq(comma, more), 0, Number.POSITIVE_INFINITY)));
  }
  const rest = (first: boolean) => lazy(() => membersFrom(at + 1, first, members, isOptional, more));
  const written = seq(separated(members[at]!), rest(false));
  return isOptional[at] ? alt(written, rest(isFirst)) : written;
}

/** A key that is none of the names: plain ASCII, so that none can be written in another way. */
function keyBeside(names: readonly string[]): Node {
  const rest = (known: readonly string[]): Node => {
    const heads = new Set(known.filter((name) => name !== '').map((name) => name.charCodeAt(0)));
    const free = [...Array(0x5f).keys()].map((i) => i + 0x20).filter((c) => c !== 0x22 && c !== 0x5c && !heads.has(c));
    const plain = ranges([0x20, 0x21], [0x23, 0x5b], [0x5d, 0x7e]);
    const leaving = seq(ranges(...free.map((c) => [c, c] as const)), repeat(plain, 0, 64), literal('"'));
    const following = [...heads]
      .filter((c) => c < 0x7f && c >= 0x20)
      .map((c) =>
        seq(
          ranges([c, c]),
          lazy(() => rest(known.filter((name) => name.charCodeAt(0) === c).map((name) => name.slice(1)))),
        ),
      );
    return alt(leaving, ...following, ...(known.includes('') ? [] : [literal('"')]));
  };
  return seq(literal('"'), rest(names.map((name) => JSON.stringify(name).slice(1, -1))));
}

function list(value: unknown, path: string, mayBeEmpty = false): unknown[] {
  if (!Array.isArray(value) || (value.length === 0 && !mayBeEmpty))
    throw new SchemaError(path, 'must be an array with entries');
  return value;
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
