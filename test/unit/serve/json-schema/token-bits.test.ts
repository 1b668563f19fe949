import { describe, expect, it } from 'vitest';
import type { Session } from '../../../../src/core/engine.js';
import { seededRandom } from '../../../../src/core/random.js';
import { createAutomaton, nextBytes, type State } from '../../../../src/serve/json-schema/automaton.js';
import { compileSchema } from '../../../../src/serve/json-schema/compile.js';
import { hasToken, tokensAfter } from '../../../../src/serve/json-schema/token-bits.js';
import { tokenIndexOf } from '../../../../src/serve/json-schema/token-index.js';

const PIECES = [
  '{"',
  '":',
  '": ',
  ',"',
  '"}',
  '}',
  ' ',
  '\n\n',
  '  ',
  'abc',
  'abcabcabc',
  '兔',
  '兔子',
  '\\n',
  '\\',
  'ab"',
  '"',
  'true',
  '12',
  '.5',
  ']',
  '[[',
];
const texts = [...Array.from({ length: 256 }, (_, byte) => Buffer.from([byte])), ...PIECES.map((p) => Buffer.from(p))];
// Two of the same bytes, two without any, halves of a character.
const tokens = [
  ...texts,
  Buffer.from('abc'),
  Buffer.alloc(0),
  Buffer.alloc(0),
  Buffer.from([0xe5, 0x85]),
  Buffer.from([0x94, 0x22]),
];
const session = {
  describe: () => ({ vocabulary: tokens.length }),
  tokenBytes: (token: number) => tokens[token]!,
} as unknown as Session;

describe('the set of tokens that can follow', () => {
  it.each([
    [{ type: 'object', properties: { abc: { type: 'string' }, n: { type: 'number' } }, required: ['abc', 'n'] }],
    [{ type: 'array', items: { type: 'string', maxLength: 7, minLength: 2 } }],
    [{ anyOf: [{ type: 'string', maxLength: 4 }, { type: 'string', pattern: '^(abc)+兔?$' }, { enum: ['abcabcx"'] }] }],
    [{}],
  ])('is that of the tokens tried one by one: %j', async (schema) => {
    const index = await tokenIndexOf(session);
    const automaton = createAutomaton(compileSchema(schema));
    const random = seededRandom(7);
    let state: State = automaton.start;
    for (let step = 0; step < 120 && state.items.length > 0; step++) {
      const bits = tokensAfter(automaton, state, index);
      const one = (token: number) => {
        let at: State | null = state;
        for (const byte of tokens[token]!) at = at && automaton.advance(at, byte);
        return at !== null && tokens[token]!.length > 0;
      };
      const ids = [...tokens.keys()];
      expect(ids.filter((id) => hasToken(bits, id))).toEqual(ids.filter(one));
      const set = nextBytes(automaton, state);
      const bytes = [...Array(256).keys()].filter((byte) => set[byte]);
      state = automaton.advance(state, bytes[Math.floor(random() * bytes.length)]!)!;
    }
  });
});
