import { describe, expect, it } from 'vitest';
import { createAutomaton, type State } from '../../../../src/serve/json-schema/automaton.js';
import { compileSchema } from '../../../../src/serve/json-schema/compile.js';

function accepts(schema: object, json: string): boolean {
  const automaton = createAutomaton(compileSchema(schema));
  let state: State | null = automaton.start;
  for (const byte of Buffer.from(json)) state = state && automaton.advance(state, byte);
  return state?.isComplete ?? false;
}

type Row = [what: string, schema: object, right: unknown[], wrong: unknown[]];

/** Values are written by JSON.stringify; texts that begin with a backtick stand as they are. */
const written = (value: unknown): string =>
  typeof value === 'string' && value.startsWith('`') ? value.slice(1) : JSON.stringify(value);

const string = (more: object) => ({ type: 'string', ...more });
const object = (properties: object, more: object = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});

const ROWS: Row[] = [
  ['pattern, anchored', string({ pattern: '^a+$' }), ['a', 'aaa'], ['', 'b', 'ab']],
  ['pattern, found anywhere', string({ pattern: 'b' }), ['b', 'abc'], ['', 'ac']],
  ['pattern with an end of its own', string({ pattern: '^a|b$' }), ['ax', 'xb', 'a'], ['xa', 'bx']],
  ['classes', string({ pattern: '^[\\w.-]+@\\d{2,3}[^\\s"]?$' }), ['a.b-c@12', 'a@123x'], ['a@1', 'a@12 ']],
  ['a dash after a class', string({ pattern: '^[\\w-.]+$' }), ['a-b.c'], ['a b']],
  ['quotes, controls and wide characters', string({ pattern: '^["\\n兔-兟😀]{2}$' }), ['"\n', '兔😀'], ['"""', 'ab']],
  ['a backslash', string({ pattern: '^\\\\/\\x41\\u{1F600}$' }), ['\\/A😀'], ['/A😀']],
  ['groups', string({ pattern: '^(?<y>\\d{4})-(?:0[1-9]|1[0-2])$' }), ['2024-12'], ['2024-13', '24-01']],
  ['looking ahead', string({ pattern: '^(?!\\.)(?!.*\\.\\.)[a-z.]+$' }), ['a.b'], ['.a', 'a..b']],
  ['looking ahead for something', string({ pattern: '^(?=.*\\d)[a-z\\d]{2,4}$' }), ['a1', '1abc'], ['ab', 'a']],
  ['pattern and length', string({ pattern: '^[a-z]*$', minLength: 2, maxLength: 4 }), ['ab', 'abcd'], ['a', 'abcde']],
  ['pattern and exact length', string({ pattern: '^(ab)*$', minLength: 3, maxLength: 4 }), ['abab'], ['ab', 'aba']],
  ['pattern and great length', string({ pattern: '^(ab)*$', maxLength: 9000 }), ['', 'ab'.repeat(40)], ['aba']],
  ['format email', string({ format: 'email' }), ['a.b+c@ex-am.ple.org'], ['a@b', '.a@b.cd', 'a b@c.de', '@x.yz']],
  [
    "zod's email",
    string({
      format: 'email',
      pattern:
        "^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$",
    }),
    ['ada@example.com'],
    ['.ada@example.com', 'a..a@example.com'],
  ],
  [
    'format uuid',
    string({ format: 'uuid' }),
    ['123e4567-e89b-42d3-a456-426614174000'],
    ['123e4567e89b42d3a456426614174000', 'g23e4567-e89b-42d3-a456-426614174000'],
  ],
  ['format date', string({ format: 'date' }), ['2024-02-29', '1999-12-31'], ['2023-02-29', '2024-13-01', '2024-04-31']],
  [
    'format date-time',
    string({ format: 'date-time' }),
    ['2024-02-29T23:59:59Z', '2024-01-01T00:00:00.123+02:00'],
    ['2024-01-01', '2024-01-01T24:00:00Z', '2024-01-01T00:00:00'],
  ],
  ['format time', string({ format: 'time' }), ['12:00:00Z'], ['25:00:00Z']],
  ['format duration', string({ format: 'duration' }), ['P1DT2H', 'PT5M', 'P2W'], ['P', 'PT', '1D']],
  ['format ipv4', string({ format: 'ipv4' }), ['127.0.0.1', '255.255.255.255'], ['256.1.1.1', '1.2.3', '01.2.3.4']],
  ['format ipv6', string({ format: 'ipv6' }), ['::', '::1', 'fe80::1', '1:2:3:4:5:6:7:8'], ['1:2:3', ':::', '1::2::3']],
  ['format hostname', string({ format: 'hostname' }), ['a.example.org'], ['-a.org', 'a..b']],
  [
    'format uri, as pydantic has it',
    string({ format: 'uri', minLength: 1, maxLength: 2083 }),
    ['https://example.com:80/a?b=c#d', 'http://localhost/'],
    ['example.com', 'http://', 'http://a b'],
  ],
  ['format password', string({ format: 'password' }), ['anything'], [1]],
  ['number from', { type: 'number', minimum: 0.5 }, ['`0.5', '`0.50', '`1', '`17.25'], ['`0.49', '`-1', '`0']],
  ['number within', { type: 'number', minimum: 0.5, maximum: 2 }, ['`2', '`2.0', '`1.999'], ['`2.01', '`3', '`0.4']],
  [
    'number between',
    { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    ['`0.001', '`0.9'],
    ['`0', '`1', '`1.0'],
  ],
  [
    'number below zero',
    { type: 'number', minimum: -1.5, maximum: -0.25 },
    ['`-1.5', '`-0.25', '`-1'],
    ['`-1.6', '`-0.2', '`0'],
  ],
  [
    'number around zero',
    { type: 'number', minimum: -1, maximum: 1 },
    ['`0', '`-1', '`0.5', '`-0.5'],
    ['`-0', '`1.5', '`-2'],
  ],
  ['number with great bounds', { type: 'number', maximum: 1e300 }, ['`5.5', '`-5'], ['`x']],
  ['cents', { type: 'number', minimum: 0, multipleOf: 0.01 }, ['`1', '`1.25'], ['`1.255', '`-1']],
  [
    'multiples',
    { type: 'integer', multipleOf: 5, minimum: -20, maximum: 100 },
    ['`-20', '`0', '`95', '`100'],
    ['`7', '`105', '`-25'],
  ],
  ['multiples of a hundred', { type: 'integer', multipleOf: 100 }, ['`0', '`-1200', '`100'], ['`10', '`150']],
  ['integers of 300 digits', { type: 'integer', minimum: -(10 ** 300), maximum: 10 ** 300 }, ['`12'], ['`1.5']],
  ['int32', { type: 'integer', format: 'int32' }, ['`2147483647'], ['`2147483648']],
  ['anything', {}, [1, 'x', null, { a: [1] }, true], []],
  ['anything with a name', { title: 'X', description: 'y' }, [[1, 2]], []],
  [
    'a tuple',
    { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'string' }], minItems: 2, maxItems: 2 },
    [[1, 'a']],
    [[1], ['a', 1], [1, 'a', 2]],
  ],
  [
    'a tuple with a rest',
    { type: 'array', prefixItems: [{ type: 'integer' }], items: { type: 'boolean' } },
    [[1], [1, true, false]],
    [[], [true]],
  ],
  [
    'unique items',
    { type: 'array', items: { enum: ['a', 'b', 'c'] }, uniqueItems: true, minItems: 1 },
    [['b'], ['c', 'a'], ['b', 'c', 'a']],
    [[], ['a', 'a'], ['d']],
  ],
  ['no items', { type: 'array', items: false }, [[]], [[1]]],
  [
    'oneOf with a discriminator',
    {
      $defs: {
        cat: object({ kind: { const: 'cat' }, lives: { type: 'integer' } }),
        dog: object({ kind: { const: 'dog', type: 'string' }, name: { type: 'string' } }),
      },
      oneOf: [{ $ref: '#/$defs/cat' }, { $ref: '#/$defs/dog' }],
      discriminator: { propertyName: 'kind', mapping: { cat: '#/$defs/cat', dog: '#/$defs/dog' } },
    },
    [
      { kind: 'cat', lives: 9 },
      { kind: 'dog', name: 'Rex' },
    ],
    [{ kind: 'cat', name: 'Rex' }],
  ],
  ['oneOf of types', { oneOf: [{ type: 'integer' }, { type: 'null' }, { enum: ['x'] }] }, [1, null, 'x'], ['y']],
  [
    'allOf that adds properties',
    {
      $defs: { base: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] } },
      allOf: [
        { $ref: '#/$defs/base' },
        { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      ],
    },
    [{ id: 1, name: 'a' }],
    [{ id: 1 }, { name: 'a' }],
  ],
  [
    'allOf that narrows',
    {
      allOf: [
        { type: 'number', minimum: 1 },
        { type: 'integer', maximum: 3 },
      ],
    },
    ['`1', '`3'],
    ['`0', '`4', '`1.5'],
  ],
  [
    'allOf of one property',
    { allOf: [object({ a: { type: 'string' } }), { properties: { a: { maxLength: 2 } } }] },
    [{ a: 'xy' }],
    [{ a: 'xyz' }],
  ],
  [
    'a reference with a limit beside it',
    { $defs: { s: { type: 'string' } }, $ref: '#/$defs/s', maxLength: 1 },
    ['', 'a'],
    ['ab'],
  ],
  [
    'anyOf beside keywords',
    {
      type: 'object',
      properties: { a: { type: 'integer' } },
      anyOf: [{ required: ['a'] }, { properties: { b: { type: 'null' } } }],
    },
    [{ a: 1 }, { a: 1, b: null }],
    [{ b: 1 }],
  ],
  [
    'a recursive allOf',
    {
      $defs: { t: { allOf: [{ type: 'object' }, { properties: { next: { $ref: '#/$defs/t' } } }] } },
      $ref: '#/$defs/t',
    },
    [{}, { next: { next: {} } }],
    [{ other: 1 }],
  ],
  [
    'a record',
    { type: 'object', propertyNames: { type: 'string' }, additionalProperties: { type: 'integer' } },
    [{}, { a: 1, 'b c': 2 }],
    [{ a: 'x' }],
  ],
  [
    'a record of an enum',
    { type: 'object', propertyNames: { enum: ['a', 'b'] }, additionalProperties: { type: 'integer' }, required: ['a'] },
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ b: 1 }, { a: 1, c: 1 }],
  ],
  [
    'a record of patterns',
    { type: 'object', propertyNames: { pattern: '^x' }, additionalProperties: true },
    [{ xy: 1 }],
    [{ y: 1 }],
  ],
  [
    'required only',
    { type: 'object', required: ['z'], additionalProperties: { type: 'integer' } },
    [{ z: 1 }, { z: 1, y: 2 }],
    [{}, { y: 1 }],
  ],
];

describe('keywords that pydantic and zod write', () => {
  it.each(ROWS)('%s', (_what, schema, right, wrong) => {
    for (const value of right)
      expect([written(value), accepts(schema, written(value))]).toEqual([written(value), true]);
    for (const value of wrong)
      expect([written(value), accepts(schema, written(value))]).toEqual([written(value), false]);
  });

  it('puts nothing before the answer', () => {
    expect(accepts({ type: 'integer' }, '\n1')).toBe(false);
  });
});
