import { literal, type Node, seq } from './grammar.js';
import { anyString, gap, member } from './json-grammar.js';
import { keyBeside, membersFrom } from './object-members.js';
import { isSchema, type Schema, SchemaError } from './schema-error.js';

export const OBJECT_KEYWORDS = ['properties', 'required', 'additionalProperties', 'propertyNames', 'patternProperties'];

export type Members = {
  node: (schema: unknown, name: string) => Node;
  valuesOf: (schema: unknown) => unknown[] | undefined;
};

/** Properties in the order of the schema; none that it does not name unless additionalProperties says so. */
export function objects(schema: Schema, path: string, { node, valuesOf }: Members): Node {
  if (isSchema(schema.patternProperties) && Object.keys(schema.patternProperties).length > 0)
    throw new SchemaError(`${path}.patternProperties`, 'is a keyword that this server cannot enforce here');
  const properties = namedBy(schema, path, valuesOf);
  const names = Object.keys(properties);
  const required = requiredOf(schema, path);
  const extra = schema.additionalProperties ?? false;
  const missing = [...required].filter((name) => !names.includes(name));
  if (missing.length > 0 && extra === false)
    throw new SchemaError(`${path}.required`, `names "${missing[0]}", which properties does not have`);
  // A property that is only required is one of the additional ones.
  const all = [...names, ...missing];
  const members = all.map((name) =>
    member(
      literal(JSON.stringify(name)),
      names.includes(name) ? node(properties[name], `properties.${name}`) : node(extra, 'additionalProperties'),
    ),
  );
  const more =
    extra === false || isClosedByNames(schema, valuesOf)
      ? undefined
      : member(keyOf(schema, all, node), node(extra, 'additionalProperties'));
  const isOptional = all.map((name) => !required.has(name));
  return seq(literal('{'), gap, membersFrom(0, true, members, isOptional, more), gap, literal('}'));
}

/** Keys that come from a list, as records over an enum have it, are properties. */
function namedBy(schema: Schema, path: string, valuesOf: Members['valuesOf']): Schema {
  const properties = schema.properties ?? {};
  if (!isSchema(properties)) throw new SchemaError(`${path}.properties`, 'must be an object of schemas');
  const keys = schema.propertyNames === undefined ? undefined : valuesOf(schema.propertyNames);
  if (!keys) return properties;
  const given = Object.entries(properties).filter(([name]) => keys.includes(name));
  const extra = schema.additionalProperties ?? false;
  const listed = extra === false ? [] : keys.map((name) => [String(name), extra]);
  return { ...Object.fromEntries(listed), ...Object.fromEntries(given) };
}

const isClosedByNames = ({ propertyNames }: Schema, valuesOf: Members['valuesOf']): boolean =>
  propertyNames !== undefined && valuesOf(propertyNames) !== undefined;

function keyOf({ propertyNames }: Schema, names: readonly string[], node: Members['node']): Node {
  if (propertyNames === undefined || isAnyString(propertyNames)) return names.length > 0 ? keyBeside(names) : anyString;
  if (names.length > 0) throw new SchemaError('propertyNames', 'cannot be enforced beside properties');
  return node({ type: 'string', ...(propertyNames as Schema) }, 'propertyNames');
}

const isAnyString = (schema: unknown): boolean =>
  schema === true ||
  (isSchema(schema) && Object.keys(schema).every((key) => key === 'type' && schema.type === 'string'));

function requiredOf(schema: Schema, path: string): Set<string> {
  const required = schema.required ?? [];
  if (!Array.isArray(required) || !required.every((name) => typeof name === 'string'))
    throw new SchemaError(`${path}.required`, 'must be an array of names');
  return new Set(required);
}
