import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/core/random.js';
import {
  type Automaton,
  createAutomaton,
  nextBytes,
  type State,
  type Vertex,
} from '../../../../src/serve/json-schema/automaton.js';
import { ANY_OBJECT, compileSchema } from '../../../../src/serve/json-schema/compile.js';
import type { Node } from '../../../../src/serve/json-schema/grammar.js';
import { SchemaError } from '../../../../src/serve/json-schema/schema-error.js';

function accepts(grammar: Node, text: string): boolean {
  const automaton = createAutomaton(grammar);
  let state: State | null = automaton.start;
  for (const byte of Buffer.from(text)) state = state && automaton.advance(state, byte);
  return state?.isComplete ?? false;
}

/** Bytes drawn from what is allowed; after a while those that come to an end soon. */
function randomText(grammar: Node, seed: number): string {
  const random = seededRandom(seed);
  const bytes: number[] = [];
  const automaton = createAutomaton(grammar);
  let state = automaton.start;
  while (state.items.length > 0 && !(state.isComplete && random() < 0.5)) {
    const set = nextBytes(automaton, state);
    const allowed = [...Array(256).keys()].filter((byte) => set[byte]);
    const byte =
      bytes.length > 30 ? soonest(automaton, state, allowed) : allowed[Math.floor(random() * allowed.length)]!;
    bytes.push(byte);
    state = automaton.advance(state, byte)!;
    if (bytes.length > 5000) throw new Error(`no end: ${Buffer.from(bytes)}`);
  }
  expect(state.isComplete).toBe(true);
  return Buffer.from(bytes).toString();
}

const known = new WeakMap<Node, number>();

/** Fewest bytes that match; what is already being looked at counts as endless. */
function shortest(node: Node, open: ReadonlySet<Node> = new Set()): number {
  if (open.has(node)) return Number.POSITIVE_INFINITY;
  const found = known.get(node) ?? measure(node, new Set([...open, node]));
  if (Number.isFinite(found)) known.set(node, found);
  return found;
}

function measure(node: Node, open: ReadonlySet<Node>): number {
  if (node.kind === 'bytes') return 1;
  if (node.kind === 'text') return node.min;
  if (node.kind === 'lazy') return shortest(node.get(), open);
  if (node.kind === 'repeat') return node.min === 0 ? 0 : node.min * shortest(node.node, open);
  const lengths = node.nodes.map((part) => shortest(part, open));
  return node.kind === 'alt' ? Math.min(...lengths) : lengths.reduce((a, b) => a + b, 0);
}

const fewest = new WeakMap<Vertex, number>();
function bytesBelow(vertex: Vertex): number {
  const found = fewest.get(vertex);
  if (found !== undefined) return found;
  const ways = vertex.follows.map(([rest, below]) => shortest(rest) + bytesBelow(below));
  const least = vertex.isEnd ? 0 : Math.min(...ways);
  fewest.set(vertex, least);
  return least;
}
const bytesLeft = (state: State): number =>
  state.isComplete ? 0 : Math.min(...state.items.map(([node, below]) => shortest(node) + bytesBelow(below)));

function soonest(automaton: Automaton, state: State, allowed: readonly number[]): number {
  const ranked = allowed.map((byte) => ({ byte, left: bytesLeft(automaton.advance(state, byte)!) }));
  return ranked.reduce((best, next) => (next.left < best.left ? next : best)).byte;
}

/** Schemas of everything supported, with values that satisfy them. */
type Sample = { schema: object; value: unknown };
const name = fc.constantFrom('a', 'ab', 'b"', '兔', 'long name', '');
const scalar: fc.Arbitrary<Sample> = fc.oneof(
  fc.record({ schema: fc.constant({ type: 'string' }), value: fc.string({ unit: 'grapheme' }) }),
  fc
    .string({ minLength: 2, maxLength: 5, unit: 'grapheme-ascii' })
    .map((value) => ({ schema: { type: 'string', minLength: 2, maxLength: 5 }, value })),
  fc.integer().map((value) => ({ schema: { type: 'integer' }, value })),
  fc
    .tuple(fc.integer(), fc.integer(), fc.integer())
    .map((three) => three.sort((a, b) => a - b))
    .map(([minimum, value, maximum]) => ({ schema: { type: 'integer', minimum, maximum }, value })),
  fc.integer({ min: -1e6, max: 1e6 }).map((n) => ({ schema: { type: 'number' }, value: n / 64 })),
  fc.boolean().map((value) => ({ schema: { type: ['boolean', 'null'] }, value })),
  fc.constantFrom('x', 1, null, 'é"').map((value) => ({ schema: { enum: [0, value] }, value })),
);
const { tree } = fc.letrec<{ tree: Sample }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc
      .array(tie('tree'), { minLength: 1, maxLength: 3 })
      .map((parts) => ({ schema: { anyOf: parts.map(({ schema }) => schema) }, value: parts.at(-1)!.value })),
    fc.tuple(tie('tree'), fc.nat(3)).map(([{ schema, value }, n]) => ({
      schema: { type: 'array', items: schema, maxItems: 3 },
      value: Array(n).fill(value),
    })),
    fc
      .uniqueArray(fc.tuple(name, tie('tree'), fc.constantFrom('required', 'there', 'absent')), {
        maxLength: 4,
        selector: ([key]) => key,
      })
      .map(objectOf),
  ),
}));

function objectOf(parts: [string, Sample, string][]): Sample {
  const pick = (take: (part: [string, Sample, string]) => boolean) => parts.filter(take).map(([key]) => key);
  const properties = Object.fromEntries(parts.map(([key, { schema }]) => [key, schema]));
  const present = new Set(pick(([, , how]) => how !== 'absent'));
  const value = Object.fromEntries(parts.filter(([key]) => present.has(key)).map(([key, { value }]) => [key, value]));
  return {
    schema: {
      type: 'object',
      properties,
      required: pick(([, , how]) => how === 'required'),
      additionalProperties: false,
    },
    value,
  };
}

const ajv = new Ajv({ strict: false, unicodeRegExp: true });

describe('a compiled schema', () => {
  it('accepts what satisfies it, written tightly or with blanks', () => {
    fc.assert(
      fc.property(tree, ({ schema, value }) => {
        const grammar = compileSchema(schema);
        for (const indent of [0, 2])
          expect([accepts(grammar, JSON.stringify(value, null, indent)), value]).toEqual([true, value]);
      }),
      { numRuns: 60 },
    );
  });

  it('lets nothing out that does not satisfy it', () => {
    fc.assert(
      fc.property(tree, fc.integer(), ({ schema }, seed) => {
        const text = randomText(compileSchema(schema), seed);
        const validate = ajv.compile(schema);
        expect([validate(JSON.parse(text)), text, schema]).toEqual([true, text, schema]);
      }),
      { numRuns: 60 },
    );
  });

  it('makes JSON objects of any kind for json_object', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const value: unknown = JSON.parse(randomText(ANY_OBJECT, seed));
        expect(typeof value === 'object' && !Array.isArray(value)).toBe(true);
      }),
    );
    expect(accepts(ANY_OBJECT, '{"a":[1.5e3,{"b":"\\u00e9 \\\\ 兔"}],"c":null}')).toBe(true);
    for (const bad of ['[]', '1', '{"a":01}', '{"a":"\\ud800"}', '{a:1}', "{'a':1}", '{"a":1,}', '{} x', '{"a":"\n"}'])
      expect([bad, accepts(ANY_OBJECT, bad)]).toEqual([bad, false]);
  });

  it('holds ranges of integers exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2000, max: 2000 }), fc.nat(1500), (minimum, width) => {
        const grammar = compileSchema({ type: 'integer', minimum, maximum: minimum + width });
        for (let n = minimum - 20; n <= minimum + width + 20; n += 7)
          expect([n, accepts(grammar, String(n))]).toEqual([n, n >= minimum && n <= minimum + width]);
      }),
      { numRuns: 25 },
    );
    expect(accepts(compileSchema({ type: 'integer', exclusiveMinimum: 0 }), '0')).toBe(false);
  });

  it('follows references, to itself too', () => {
    const list = {
      type: 'object',
      properties: { value: { type: 'integer' }, next: { $ref: '#' } },
      required: ['value'],
    };
    expect(accepts(compileSchema(list), '{"value":1,"next":{"value":2,"next":{"value":3}}}')).toBe(true);
    const defs = { $defs: { 'a/b': { enum: ['x'] } }, type: 'array', items: { $ref: '#/$defs/a~1b' } };
    expect(accepts(compileSchema(defs), '["x","x"]')).toBe(true);
    expect(() => compileSchema({ $ref: '#' })).toThrow('leads only to itself');
    expect(() => compileSchema({ anyOf: [{ $ref: '#' }, { type: 'null' }] })).toThrow('leads only to itself');
  });

  it('adds properties only where it is allowed to, and none twice', () => {
    const schema = { properties: { ab: { type: 'integer' } }, additionalProperties: { type: 'boolean' } };
    const grammar = compileSchema(schema);
    expect(accepts(grammar, '{"ab":1,"abc":true,"a":false,"":true}')).toBe(true);
    expect(accepts(grammar, '{"ab":true}')).toBe(false);
    expect(accepts(grammar, '{"x":true,"ab":true}')).toBe(false);
    expect(accepts(compileSchema({ properties: {} }), '{"x":1}')).toBe(false);
  });

  it.each([
    [{ type: 'string', pattern: '(a)\\1' }, 'schema.pattern'],
    [{ type: 'string', pattern: 'a(?!b)' }, 'schema.pattern'],
    [{ type: 'string', pattern: '(a|b)*a(a|b){20}' }, 'schema.pattern'],
    [{ type: 'object', properties: { a: { type: 'string', format: 'iban' } } }, 'schema.properties.a.format'],
    [{ oneOf: [{ type: 'number' }, { type: 'integer' }] }, 'schema.oneOf'],
    [{ allOf: [{ type: 'string' }, { not: {} }] }, 'schema.not'],
    [{ type: 'number', multipleOf: 0.3 }, 'schema.multipleOf'],
    [{ type: 'number', minimum: 2, maximum: 1 }, 'schema'],
    [{ type: 'array', uniqueItems: true }, 'schema.uniqueItems'],
    [{ type: 'text' }, 'schema.type'],
    [false, 'schema'],
    [null, 'schema'],
    [{ type: 'object', required: ['a'] }, 'schema.required'],
    [{ type: 'integer', minimum: 5, maximum: 4 }, 'schema'],
    [{ type: 'string', minLength: -1 }, 'schema.minLength'],
    [{ $ref: 'http://example.com' }, 'schema.$ref'],
    [{ $ref: '#/nowhere' }, 'schema.$ref'],
    [{ type: 'string', enum: [1] }, 'schema'],
    [{ enum: [] }, 'schema.enum'],
  ])('refuses %j, naming %s', (schema, path) => {
    expect(() => compileSchema(schema)).toThrow(SchemaError);
    expect(() => compileSchema(schema)).toThrow(expect.objectContaining({ path }));
  });

  it('bounds what a hostile schema can cost', () => {
    let deep: object = { type: 'null' };
    for (let i = 0; i < 100; i++) deep = { type: 'array', items: deep };
    expect(() => compileSchema(deep)).toThrow('nested deeper');
    const properties = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`p${i}`, { type: 'null' }]));
    expect(() => compileSchema({ type: 'object', properties })).toThrow('parts');
    const many = { anyOf: Array.from({ length: 200 }, () => ({ type: 'null' })) };
    expect(() => compileSchema(many)).toThrow('branches');
    const wide = compileSchema({
      anyOf: Array.from({ length: 100 }, (_, i) => ({ type: 'string', maxLength: 1e6 + i })),
    });
    const start = performance.now();
    expect(accepts(wide, `"${'x'.repeat(200)}"`)).toBe(true);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
