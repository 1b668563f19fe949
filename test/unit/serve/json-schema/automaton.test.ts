import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/core/random.js';
import {
  type Automaton,
  createAutomaton,
  nextBytes,
  type State,
  WorkExceeded,
} from '../../../../src/serve/json-schema/automaton.js';
import { compileSchema } from '../../../../src/serve/json-schema/compile.js';

/** Eight equal ways to read each bracket: 8^depth readings. */
const equalArrays = (ways: number, more: (i: number) => object = () => ({})) => ({
  $defs: {
    a: { anyOf: Array.from({ length: ways }, (_, i) => ({ type: 'array', items: { $ref: '#/$defs/a' }, ...more(i) })) },
  },
  $ref: '#/$defs/a',
});

const expression = (operators: string[]) => ({
  $defs: {
    e: {
      anyOf: [
        ...operators.map((op) => ({
          type: 'object',
          properties: { left: { $ref: '#/$defs/e' }, op: { const: op }, right: { $ref: '#/$defs/e' } },
          required: ['left', 'op', 'right'],
        })),
        { type: 'integer' },
      ],
    },
  },
  $ref: '#/$defs/e',
});

/** Schemas that refer to each other, with alternatives that begin alike. */
const recursive = fc
  .array(
    fc.array(
      fc.record({
        kind: fc.constantFrom('array', 'object', 'tuple', 'scalar', 'text'),
        of: fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }),
        limit: fc.nat(4),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    { minLength: 4, maxLength: 4 },
  )
  .map((defs) => {
    const ref = (n: number) => ({ $ref: `#/$defs/d${n}` });
    const one = ({ kind, of, limit }: (typeof defs)[number][number]) => {
      if (kind === 'array') return { type: 'array', items: ref(of[0]!), minItems: limit };
      if (kind === 'tuple') return { type: 'array', prefixItems: of.map(ref) };
      if (kind === 'text') return { type: 'string', ...(limit > 2 ? { pattern: '^(a|b)*c?$' } : { maxLength: limit }) };
      if (kind === 'scalar') return limit > 2 ? { type: 'integer' } : { enum: ['x', 'xy', limit] };
      return {
        type: 'object',
        properties: Object.fromEntries(of.map((n, i) => [`p${i}`, ref(n)])),
        required: limit > 2 ? ['p0'] : [],
        ...(limit > 3 ? { additionalProperties: ref(of[0]!) } : {}),
      };
    };
    const $defs = Object.fromEntries(defs.map((ways, n) => [`d${n}`, { anyOf: [...ways.map(one), { type: 'null' }] }]));
    return { $defs, $ref: '#/$defs/d0' };
  });

/** Follows a random text and opens brackets where it can; returns the time for all 256 bytes of each place, ms. */
function stepTimes(schema: object, seed: number, length: number): number[] {
  const random = seededRandom(seed);
  const automaton = createAutomaton(compileSchema(schema));
  let state: State = automaton.start;
  const times: number[] = [];
  for (let i = 0; i < length && state.items.length > 0; i++) {
    const startMs = performance.now();
    const set = nextBytes(automaton, state);
    times.push(performance.now() - startMs);
    const allowed = [...Array(256).keys()].filter((byte) => set[byte]);
    const opening = allowed.filter((byte) => byte === 0x5b || byte === 0x7b);
    const byte = opening.length > 0 && random() < 0.7 ? opening[0]! : allowed[Math.floor(random() * allowed.length)]!;
    state = automaton.advance(state, byte)!;
  }
  return times;
}

function follow(automaton: Automaton, text: string): State | null {
  let state: State | null = automaton.start;
  for (const byte of Buffer.from(text)) state = state && automaton.advance(state, byte);
  return state;
}

describe('the cost of a step', () => {
  it.each([
    ['eight equal arrays', equalArrays(8)],
    ['a hundred equal arrays', equalArrays(100)],
    ['eight arrays of different lengths', equalArrays(8, (i) => ({ minItems: i % 3, maxItems: 20 + i }))],
  ])('does not grow with the number of readings: %s', (_what, schema) => {
    const automaton = createAutomaton(compileSchema(schema));
    const items: number[] = [];
    let state: State | null = automaton.start;
    for (let depth = 0; depth < 200; depth++) {
      automaton.allowWork(20_000);
      state = automaton.advance(state!, '['.charCodeAt(0));
      items.push(state!.items.length);
    }
    expect(items[199]).toBe(items[5]);
  });

  it('stays small where expressions nest to the left', () => {
    const automaton = createAutomaton(compileSchema(expression(['+', '-', '*', '/'])));
    const deep = '{"left":'.repeat(50);
    automaton.allowWork(20_000 * deep.length);
    expect(follow(automaton, `${deep}1,"op":"+","right":2}`)?.items.length).toBeLessThan(50);
    let whole = '1';
    for (let i = 0; i < 40; i++) whole = `{"left":${whole},"op":"${'+-*/'[i % 4]}","right":2}`;
    expect(follow(automaton, whole)?.isComplete).toBe(true);
  });

  it('is under 5 ms for random recursive schemas', () => {
    fc.assert(
      fc.property(recursive, fc.integer(), (schema, seed) => {
        // A step that another process or a collection of garbage held up is not as long the next time.
        const [first, ...others] = [1, 2, 3].map(() => stepTimes(schema, seed, 80));
        const worst = Math.max(...first!.map((ms, i) => Math.min(ms, ...others.map((times) => times[i]!))));
        expect([worst < 5, worst, schema]).toEqual([true, worst, schema]);
      }),
      { numRuns: 30 },
    );
  });

  it('is limited: what goes beyond is refused instead of holding everybody up', () => {
    const automaton = createAutomaton(compileSchema(equalArrays(100)));
    automaton.allowWork(50);
    expect(() => nextBytes(automaton, automaton.start)).toThrow(WorkExceeded);
  });
});
