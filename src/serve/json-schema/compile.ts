import { alt, lazy, literal, type Node, seq } from './grammar.js';
import { anyObject, anyValue, array, boolean, gap, member, opening, string } from './json-grammar.js';
import { bounds, integers, numbers, RANGE_KEYWORDS } from './number-limits.js';
import { keyBeside, membersFrom } from './object-members.js';
import { isSchema, type Schema, SchemaError } from './schema-error.js';

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
  integer: RANGE_KEYWORDS,
  number: RANGE_KEYWORDS,
  boolean: [],
  null: [],
};
const TYPES = Object.keys(BY_TYPE);
const MOST_DEPTH = 32;

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

function list(value: unknown, path: string, mayBeEmpty = false): unknown[] {
  if (!Array.isArray(value) || (value.length === 0 && !mayBeEmpty))
    throw new SchemaError(path, 'must be an array with entries');
  return value;
}
