import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallFormat, GENERIC_FORMAT } from '../../../src/serve/tools/call-format.js';
import { createCallReader } from '../../../src/serve/tools/call-reader.js';

const LLAMA: CallFormat = { before: '{"name": "', between: '", "parameters": ', after: '}' };

function read(pieces: readonly string[], format: CallFormat) {
  const reader = createCallReader(format);
  const calls: { name: string; arguments: string }[] = [];
  let content = '';
  for (const part of [...pieces.map((piece) => reader.push(piece)), reader.finish()]) {
    content += part.content;
    for (const { index, name, arguments: args } of part.calls) {
      calls[index] ??= { name: name!, arguments: '' };
      calls[index].arguments += args;
    }
  }
  return { content, calls };
}

const written = ({ before, between, after }: CallFormat, name: string, args: object) =>
  `${before}${name}${between}${JSON.stringify(args)}${after}`;

const cuts = (text: string) =>
  fc.array(fc.nat(text.length), { maxLength: 12 }).map((at) => {
    const ends = [0, ...at.sort((a, b) => a - b), text.length];
    return ends.slice(1).map((end, i) => text.slice(ends[i], end));
  });

describe('calls in an answer', () => {
  const tricky = { text: 'a } " \\ </tool_call> {', list: [{ a: 1 }, []] };
  const two = `Look.\n${written(GENERIC_FORMAT, 'f', tricky)}\n${written(GENERIC_FORMAT, 'g', {})}`;
  const call = (name: string, args: object) => ({ name, arguments: JSON.stringify(args) });

  it.each([
    [two, GENERIC_FORMAT, { content: 'Look.', calls: [call('f', tricky), call('g', {})] }],
    [written(LLAMA, 'f', tricky), LLAMA, { content: '', calls: [call('f', tricky)] }],
    ['No <tool_call> here', GENERIC_FORMAT, { content: 'No <tool_call> here', calls: [] }],
    ['Like {"name": "x"} in a text', LLAMA, { content: 'Like {"name": "x"} in a text', calls: [] }],
    ['plain <tool', GENERIC_FORMAT, { content: 'plain <tool', calls: [] }],
  ])('are found wherever the text was cut: %j', (text, format, wanted) => {
    fc.assert(
      fc.property(cuts(text), (pieces) => {
        expect(read(pieces, format)).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });
});
