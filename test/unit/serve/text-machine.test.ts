import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReasoningMode } from '../../../src/serve/text/reasoning-style.js';
import { createTextMachine, type TextDelta } from '../../../src/serve/text/text-machine.js';

type Result = TextDelta & { stop: string | undefined; deltas: TextDelta[] };

/** As a worker does: nothing is pushed after a stop string. */
function run(pieces: readonly Uint8Array[], reasoning: ReasoningMode, stops: string[]): Result {
  const machine = createTextMachine({ reasoning, stops });
  const deltas: TextDelta[] = [];
  for (const piece of pieces) {
    deltas.push(machine.push(piece));
    if (machine.stop !== undefined) break;
  }
  deltas.push(machine.finish());
  const join = (key: keyof TextDelta) => deltas.map((delta) => delta[key]).join('');
  return { reasoning: join('reasoning'), content: join('content'), stop: machine.stop, deltas };
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const whole = (text: string, reasoning: ReasoningMode, stops: string[] = []) => run([bytes(text)], reasoning, stops);

function cut(data: Uint8Array, marks: readonly number[]): Uint8Array[] {
  const places = [...new Set(marks.map((mark) => mark % (data.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, i) => data.subarray(from, places[i] ?? data.length));
}

/** Texts dense in what matters: tags, their beginnings, white space, stop strings, characters of several bytes, broken bytes. */
const fragment = fc.constantFrom(
  '<think>',
  '</think>',
  '</thi',
  '<',
  ' ',
  '\n',
  'END',
  'EN',
  'ND',
  'a',
  'é',
  '兔',
  '😀',
  '�',
);
const text = fc.array(fragment, { maxLength: 14 }).map((parts) => parts.join(''));
const raw = fc.oneof(
  text.map(bytes),
  fc.uint8Array({ maxLength: 24 }),
  fc.tuple(text, fc.uint8Array({ maxLength: 3 }), text).map(([a, b, c]) => Buffer.concat([bytes(a), b, bytes(c)])),
);
const mode = fc.constantFrom<ReasoningMode>('open', 'auto', 'off');
const stopList = fc.array(fc.constantFrom('END', 'N', 'ENDING', '\n\n', 'a兔', '</think>', '😀a', 'EE'), {
  maxLength: 4,
});
const marks = fc.array(fc.nat(200), { maxLength: 12 });

describe('text machine', () => {
  it('splits the same wherever the bytes are cut', () => {
    fc.assert(
      fc.property(raw, marks, mode, stopList, (data, at, reasoning, stops) => {
        const { deltas: _, ...pieces } = run(cut(data, at), reasoning, stops);
        const { deltas: __, ...once } = run([data], reasoning, stops);
        expect(pieces).toEqual(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('never sends a beginning of the stop string that ended the text', () => {
    fc.assert(
      fc.property(raw, marks, mode, stopList, (data, at, reasoning, stops) => {
        const { content, stop } = run(cut(data, at), reasoning, stops);
        if (stop === undefined) return;
        const answer = whole(Buffer.from(data).toString(), reasoning).content;
        expect(answer.startsWith(content + stop)).toBe(true);
        expect(stops.every((other) => !content.includes(other))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('loses nothing without tags and stop strings', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), marks, (source, at) => {
        expect(run(cut(bytes(source), at), 'off', []).content).toBe(source);
      }),
    );
  });

  it('makes no replacement character that the bytes do not call for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), marks, fc.nat(3), (source, at, missing) => {
        const data = bytes(`${source}兔`);
        const got = run(cut(data.subarray(0, data.length - missing), at), 'off', []).content;
        expect(got.includes('�')).toBe(source.includes('�'));
      }),
    );
  });

  it.each([
    ['open', 'thought\n</think>\n\nanswer', 'thought', 'answer'],
    ['open', '\n thought </think> answer ', 'thought', 'answer '],
    ['open', 'never closed </thin', 'never closed </thin', ''],
    ['open', '</think>\n\nanswer', '', 'answer'],
    ['open', '\n\n</think>', '', ''],
    ['open', 'a </think> b </think> c', 'a', 'b </think> c'],
    ['auto', '\n<think>x</think>y', 'x', 'y'],
    ['auto', ' plain <think>', '', ' plain <think>'],
    ['auto', '<thin', '', '<thin'],
    ['off', '<think>x</think>', '', '<think>x</think>'],
  ] as const)('%s: %j', (reasoning, source, thought, answer) => {
    const { reasoning: r, content } = whole(source, reasoning);
    expect([r, content]).toEqual([thought, answer]);
  });

  it('lets stop strings sleep while the model thinks', () => {
    const { reasoning, content, stop } = whole('one STOP two</think>three STOP four', 'open', ['STOP']);
    expect([reasoning, content, stop]).toEqual(['one STOP two', 'three ', 'STOP']);
  });

  it('prefers the stop string that is complete first, then the longest', () => {
    expect(whole('xabcd', 'off', ['abcd', 'bc', 'abc']).content).toBe('x');
    expect(whole('xabcd', 'off', ['abcd', 'bc']).content).toBe('xa');
  });

  it('sends text as soon as it is certain', () => {
    const machine = createTextMachine({ reasoning: 'off', stops: ['STOP'] });
    expect(machine.push(bytes('go ST')).content).toBe('go ');
    expect(machine.push(bytes('ART')).content).toBe('START');
  });
});

describe('channels', () => {
  const style = { kind: 'channels' } as const;
  const read = (text: string, pieces = 1) => {
    const machine = createTextMachine({ reasoning: 'auto', style, stops: [] });
    const all = { reasoning: '', content: '' };
    const size = Math.ceil(text.length / pieces);
    const parts = Array.from({ length: pieces }, (_, i) => text.slice(i * size, (i + 1) * size));
    for (const delta of [...parts.map((part) => machine.push(Buffer.from(part))), machine.finish()]) {
      all.reasoning += delta.reasoning;
      all.content += delta.content;
    }
    return all;
  };
  const final = '<|channel|>final<|message|>Hello';

  it.each([
    ['analysis, then an answer', `<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant${final}`, 'Hm.', 'Hello'],
    ['an answer at once', final, '', 'Hello'],
    ['no header at all', 'Hello', '', 'Hello'],
    ['cut inside the reasoning', '<|channel|>analysis<|message|>Hm', 'Hm', ''],
    [
      'two thoughts',
      `<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>analysis<|message|>b<|end|><|start|>assistant${final}`,
      'ab',
      'Hello',
    ],
  ])('%s', (_what, text, reasoning, content) => {
    for (const pieces of [1, 3, text.length]) expect(read(text, pieces)).toEqual({ reasoning, content });
  });
});
