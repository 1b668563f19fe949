import { table } from '../../core/table.js';
import { ARRAY_KEYWORDS, arrays } from './arrays.js';
import { alt, EMPTY, lazy, literal, literals, type Node } from './grammar.js';
import { anyObject, anyValue, boolean } from './json-grammar.js';
import { merge } from './merge.js';
import { integers, NUMBER_KEYWORDS, numbers } from './number-limits.js';
import { OBJECT_KEYWORDS, objects } from './objects.js';
import { areExclusive } from './one-of.js';
import type { Effort } from './regular/machine.js';
import { isSchema, type Schema, SchemaError } from './schema-error.js';
import { STRING_KEYWORDS, strings } from './strings.js';

/** What each token costs grows with the ways in which an answer can go on. */
const MOST = { parts: 2000, branches: 128, values: 2000 };
/** For all patterns of a schema together. */
const PATTERN_EFFORT = 400_000;
type Budget = typeof MOST;
/** A reference, or a schema of the document that is made of others. */
type Shared = string | Schema;
type Context = { root: Schema; shared: Map<Shared, Node>; open: Set<Shared>; left: Budget; effort: Effort };

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
  'discriminator',
]);
const BY_TYPE: Record<string, readonly string[]> = table({
  object: OBJECT_KEYWORDS,
  array: ARRAY_KEYWORDS,
  string: STRING_KEYWORDS,
  number: NUMBER_KEYWORDS,
  integer: NUMBER_KEYWORDS,
  boolean: [],
  null: [],
});
const TYPES = Object.keys(BY_TYPE);
const COMBINERS = ['$ref', 'anyOf', 'oneOf', 'allOf'] as const;
const MOST_DEPTH = 32;

/**
 * A JSON Schema → the grammar of the texts that satisfy it. docs/serving.md has the table of keywords. Throws `SchemaError`
 * for every other keyword: a promise that would not be kept.
 */
export function compileSchema(schema: unknown, path = 'schema'): Node {
  const root = isSchema(schema) ? schema : {};
  const effort = { left: PATTERN_EFFORT };
  return compile(schema, path, { root, shared: new Map(), open: new Set<Shared>(), left: { ...MOST }, effort }, 0);
}

/** Any JSON object: response_format json_object. */
export const ANY_OBJECT: Node = anyObject(anyValue);

function compile(schema: unknown, path: string, context: Context, depth: number): Node {
  if (schema === true) return anyValue;
  if (!isSchema(schema)) throw new SchemaError(path, 'must be a schema object or true');
  if (depth > MOST_DEPTH) throw new SchemaError(path, `is nested deeper than ${MOST_DEPTH} levels`);
  spend(context, 'parts', 1, path);
  const { keywords, combiners } = parted(schema);
  if (combiners.length === 0) return plain(schema, path, context, depth);
  const [only] = combiners;
  if (combiners.length > 1 || keywords.length > 0)
    return shared(schema, path, context, (inner) =>
      compile(merged(schema, path, inner, depth), path, inner, depth + 1),
    );
  if (only === '$ref') return reference(schema.$ref, path, context, depth);
  return alternatives(only!, schema, path, context, depth);
}

const parted = (schema: Schema) => ({
  keywords: Object.keys(schema).filter((key) => !ANNOTATIONS.has(key) && !COMBINERS.some((one) => one === key)),
  combiners: COMBINERS.filter((key) => key in schema),
});

/** All parts that must hold, as one schema. */
function merged(schema: Schema, path: string, context: Context, depth: number): Schema {
  if (depth > MOST_DEPTH) throw new SchemaError(path, `is nested deeper than ${MOST_DEPTH} levels`);
  spend(context, 'parts', 1, path);
  const { $ref, allOf = [], anyOf, oneOf, ...beside } = schema;
  const parts: [unknown, string][] = [
    [beside, path],
    ...list(allOf, `${path}.allOf`, true).map((part, i): [unknown, string] => [part, `${path}.allOf[${i}]`]),
    ...(anyOf === undefined ? [] : [[{ anyOf }, path] as [unknown, string]]),
    ...(oneOf === undefined ? [] : [[{ oneOf }, path] as [unknown, string]]),
    ...($ref === undefined ? [] : [[resolve($ref, path, context.root), `${path}.$ref`] as [unknown, string]]),
  ];
  return parts.reduce<Schema>((whole, [part, at]) => {
    if (part === true) return whole;
    if (!isSchema(part)) throw new SchemaError(at, 'must be a schema object or true');
    const isSimple = part.allOf === undefined && part.$ref === undefined;
    return merge(whole, isSimple ? part : merged(part, at, context, depth + 1), at);
  }, {});
}

/** anyOf, and oneOf where no value can satisfy two of its schemas; allOf merges them. */
function alternatives(keyword: string, schema: Schema, path: string, context: Context, depth: number): Node {
  const parts = list(schema[keyword], `${path}.${keyword}`);
  spend(context, 'branches', parts.length, path);
  if (keyword === 'allOf' && parts.length > 1)
    return shared(schema, path, context, (inner) =>
      compile(merged(schema, path, inner, depth), path, inner, depth + 1),
    );
  if (keyword === 'oneOf' && !areExclusive(parts, (part) => resolved(part, path, context)))
    throw new SchemaError(
      `${path}.oneOf`,
      'can only be enforced where its schemas exclude each other: by their types, or by a required property with another const in each; use anyOf otherwise',
    );
  return alt(...parts.map((part, i) => compile(part, `${path}.${keyword}[${i}]`, context, depth + 1)));
}

function plain(schema: Schema, path: string, context: Context, depth: number): Node {
  if ('const' in schema)
    return only(schema, ['const', 'type'], path, () => choices([schema.const], schema, path, context));
  if ('enum' in schema)
    return only(schema, ['enum', 'type'], path, () =>
      choices(list(schema.enum, `${path}.enum`), schema, path, context),
    );
  const types = typesOf(schema, path);
  if (!types) return only(schema, [], path, () => anyValue);
  const known = ['type', ...types.flatMap((type) => BY_TYPE[type]!)];
  return only(schema, known, path, () => alt(...types.map((type) => typed(type, schema, path, context, depth))));
}

function typed(type: string, schema: Schema, path: string, context: Context, depth: number): Node {
  // What stands inside an object or array may refer back to it: something was written in between.
  const inside = { ...context, open: new Set<Shared>() };
  const parts = {
    node: (part: unknown, name: string) => compile(part, `${path}.${name}`, inside, depth + 1),
    valuesOf: (part: unknown) => valuesOf(resolved(part, path, context)),
  };
  switch (type) {
    case 'object':
      return objects(schema, path, parts);
    case 'array':
      return arrays(schema, path, parts);
    case 'string':
      return strings(schema, path, context.effort);
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

/** Compiled once, so that a schema may refer to itself; what leads only to itself is refused. */
function shared(key: Shared, path: string, context: Context, make: (inner: Context) => Node): Node {
  const known = context.shared.get(key);
  if (known) {
    if (context.open.has(key)) throw new SchemaError(`${path}.$ref`, 'leads only to itself');
    return known;
  }
  let target: Node | undefined;
  const node = lazy(() => target ?? EMPTY);
  context.shared.set(key, node);
  target = make({ ...context, open: new Set([...context.open, key]) });
  return node;
}

function reference(ref: unknown, path: string, context: Context, depth: number): Node {
  const found = resolve(ref, path, context.root);
  const name = String(ref);
  return shared(name, path, context, (inner) => compile(found, name, inner, depth + 1));
}

function resolve(ref: unknown, path: string, root: Schema): unknown {
  if (typeof ref !== 'string' || !/^#(\/|$)/.test(ref))
    throw new SchemaError(`${path}.$ref`, 'must point into this schema, as in #/$defs/name');
  const names = ref
    .split('/')
    .slice(1)
    .map((name) => unescaped(name).replaceAll('~1', '/').replaceAll('~0', '~'));
  let at: unknown = root;
  for (const name of names)
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Schema)[name] : undefined;
  if (at === undefined) throw new SchemaError(`${path}.$ref`, `points to nothing: ${ref}`);
  return at;
}

function unescaped(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The schema behind references and lists of one. */
function resolved(schema: unknown, path: string, context: Context): unknown {
  let at = schema;
  for (let steps = 0; steps < MOST_DEPTH && isSchema(at); steps++) {
    if (at.$ref !== undefined) at = resolve(at.$ref, path, context.root);
    else if (Array.isArray(at.allOf) && at.allOf.length === 1) at = at.allOf[0];
    else break;
  }
  return at;
}

function valuesOf(schema: unknown): unknown[] | undefined {
  if (!isSchema(schema)) return undefined;
  if (schema.const !== undefined) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}

/** The given values, of those types that the schema allows. */
function choices(values: readonly unknown[], schema: Schema, path: string, context: Context): Node {
  spend(context, 'values', values.length, path);
  const types = schema.type === undefined ? TYPES : typesOf(schema, path)!;
  const fitting = values.filter((value) => types.some((type) => isOfType(value, type)));
  if (fitting.length === 0) throw new SchemaError(path, 'has no value of its own type');
  return literals(fitting.map((value) => JSON.stringify(value)));
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isSchema(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

/** Types that a keyword stands for when none are given; undefined for a schema without any. */
function typesOf(schema: Schema, path: string): string[] | undefined {
  const given = schema.type ?? TYPES.find((type) => BY_TYPE[type]!.some((keyword) => keyword in schema));
  if (given === undefined) return undefined;
  const types = Array.isArray(given) ? given : [given];
  if (types.length === 0 || !types.every((type) => TYPES.includes(type as string)))
    throw new SchemaError(`${path}.type`, `must be one or more of ${TYPES.join(', ')}`);
  return types as string[];
}

function list(value: unknown, path: string, mayBeEmpty = false): unknown[] {
  if (!Array.isArray(value) || (value.length === 0 && !mayBeEmpty))
    throw new SchemaError(path, 'must be an array with entries');
  return value;
}
