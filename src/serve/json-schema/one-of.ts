import { isSchema, type Schema } from './schema-error.js';

/** Whether no value satisfies two of the schemas: then "exactly one" is the same as "any". `resolved` follows references. */
export function areExclusive(schemas: readonly unknown[], resolved: (schema: unknown) => unknown): boolean {
  const parts = schemas.map(resolved);
  return parts.every((a, i) => parts.slice(i + 1).every((b) => isSchema(a) && isSchema(b) && differ(a, b, resolved)));
}

function differ(a: Schema, b: Schema, resolved: (schema: unknown) => unknown): boolean {
  const [left, right] = [valuesOf(a), valuesOf(b)];
  if (left && right) return left.every((value) => !right.includes(value));
  const [types, others] = [typesOf(a), typesOf(b)];
  if (types && others && types.every((type) => !others.some((other) => overlap(type, other)))) return true;
  return haveDiscriminator(a, b, resolved);
}

/** A property that both must have, with values that never agree. */
function haveDiscriminator(a: Schema, b: Schema, resolved: (schema: unknown) => unknown): boolean {
  const [left, right] = [a.properties, b.properties];
  if (!isSchema(left) || !isSchema(right)) return false;
  const isRequired = ({ required }: Schema, name: string) => Array.isArray(required) && required.includes(name);
  return Object.keys(left).some((name) => {
    if (!isRequired(a, name) || !isRequired(b, name) || !Object.hasOwn(right, name)) return false;
    const [one, other] = [resolved(left[name]), resolved(right[name])];
    const [values, others] = [isSchema(one) && valuesOf(one), isSchema(other) && valuesOf(other)];
    return Boolean(values && others && values.every((value) => !others.includes(value)));
  });
}

function valuesOf(schema: Schema): string[] | undefined {
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value));
  return schema.type === 'null' ? ['null'] : undefined;
}

function typesOf(schema: Schema): unknown[] | undefined {
  if (schema.type !== undefined) return [schema.type].flat();
  const values = valuesOf(schema);
  if (values) return values.map(typeOfValue);
  return isSchema(schema.properties) ? ['object'] : undefined;
}

function typeOfValue(json: string): string {
  const value: unknown = JSON.parse(json);
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

const overlap = (a: unknown, b: unknown): boolean =>
  a === b || (a === 'integer' && b === 'number') || (a === 'number' && b === 'integer');
