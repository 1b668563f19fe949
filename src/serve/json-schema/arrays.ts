import { alt, EMPTY, lazy, literal, type Node, repeat, seq } from './grammar.js';
import { anyValue, array, comma, gap } from './json-grammar.js';
import { bounds } from './number-limits.js';
import { isSchema, type Schema, SchemaError } from './schema-error.js';

export const ARRAY_KEYWORDS = ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems'];

/** What of a subschema an array needs: its grammar, and its values where they can be counted. */
export type Items = {
  node: (schema: unknown, name: string) => Node;
  valuesOf: (schema: unknown) => unknown[] | undefined;
};

export function arrays(schema: Schema, path: string, { node, valuesOf }: Items): Node {
  const [min, max] = bounds(schema, 'minItems', 'maxItems', path);
  if (schema.prefixItems !== undefined) return tuple(schema, path, node, min, max);
  if (schema.uniqueItems === true) {
    const values = valuesOf(schema.items);
    if (!values) throw new SchemaError(`${path}.uniqueItems`, 'can only be enforced for items of an enum');
    return subset([...new Set(values.map((value) => JSON.stringify(value)))], min, max, path);
  }
  if (schema.items === false) {
    if (min > 0) throw new SchemaError(`${path}.minItems`, 'asks for items, and items allows none');
    return array(anyValue, 0, 0);
  }
  return array(schema.items === undefined ? anyValue : node(schema.items, 'items'), min, max);
}

/** All of the prefix is written unless minItems asks for less; more only where `items` says what. */
function tuple(schema: Schema, path: string, node: Items['node'], min: number, max: number): Node {
  if (!Array.isArray(schema.prefixItems)) throw new SchemaError(`${path}.prefixItems`, 'must be an array of schemas');
  if (schema.uniqueItems === true)
    throw new SchemaError(`${path}.uniqueItems`, 'cannot be enforced together with prefixItems');
  const prefix = schema.prefixItems.map((part, i) => node(part, `prefixItems[${i}]`));
  const least = schema.minItems === undefined ? Math.min(prefix.length, max) : min;
  const isOpen = isSchema(schema.items) || schema.items === true;
  const more = isOpen ? node(schema.items, 'items') : undefined;
  if (least > prefix.length && !more)
    throw new SchemaError(`${path}.minItems`, 'asks for more items than prefixItems has, and items does not say which');
  const from = (at: number): Node => {
    if (at >= prefix.length)
      return more && max > at ? repeat(seq(comma, more), Math.max(0, least - at), max - at) : EMPTY;
    if (at >= max) return EMPTY;
    const written = seq(...(at === 0 ? [] : [comma]), prefix[at]!, from(at + 1));
    return at >= least ? alt(EMPTY, written) : written;
  };
  if (prefix.length === 0) return more ? array(more, min, max) : array(anyValue, 0, 0);
  return seq(literal('['), gap, from(0), gap, literal(']'));
}

/** Each value at most once, in any order: what was written is a part of the state. */
function subset(values: readonly string[], min: number, max: number, path: string): Node {
  if (min > values.length) throw new SchemaError(`${path}.minItems`, 'asks for more items than there are values');
  const literals = values.map(literal);
  const known = new Map<string, Node>();
  const after = (used: readonly number[]): Node => {
    const key = used.join();
    const node = known.get(key) ?? lazy(() => further(used));
    known.set(key, node);
    return node;
  };
  const further = (used: readonly number[]): Node => {
    const ways = values.flatMap((_, i) => {
      if (used.includes(i) || used.length >= max) return [];
      const rest = after([...used, i].sort((a, b) => a - b));
      return [used.length === 0 ? seq(literals[i]!, rest) : seq(comma, literals[i]!, rest)];
    });
    return alt(...(used.length >= min ? [EMPTY] : []), ...ways);
  };
  return seq(literal('['), gap, after([]), gap, literal(']'));
}
