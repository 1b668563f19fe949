import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Folders that hold vocabularies, tensors, tokens or logits, whose lists have no bound. */
const ROOT = resolve(import.meta.dirname, '../src');
const FOLDERS = ['formats', 'models', 'runners', 'quality', 'serve', 'runs/load', 'runs/serve'];
/** An array spread into the arguments of a call goes on the stack, which overflows at about 120,000 of them. */
const SPREAD =
  /(?:Math\.(?:max|min|hypot)|\.(?:push|unshift|concat|splice)|fromCharCode|fromCodePoint)\([^()\n]*\.\.\.|\.apply\(/;

describe('no list is spread into the arguments of a call', () => {
  it.each(FOLDERS)('src/%s', (folder) => {
    const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const found = files.flatMap((name) => {
      const path = join(ROOT, folder, name);
      const lines = readFileSync(path, 'utf8').split('\n');
      return lines.flatMap((line, i) =>
        SPREAD.test(withoutLiterals(line)) ? [`${relative(ROOT, path)}:${i + 1}`] : [],
      );
    });
    expect(found).toEqual([]);
  });
});

/** Spreads inside array and object literals are copies, not arguments. */
const withoutLiterals = (line: string): string => line.replace(/\[[^[\]]*\]|\{[^{}]*\}/g, '_');
