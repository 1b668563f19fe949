import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERRORS, EXIT, R1Error } from '../../../src/core/errors.js';

describe('R1Error', () => {
  it('takes exit and fix from the table unless it has a better fix', () => {
    const plain = new R1Error('MODEL_NOT_FOUND', 'No file x.gguf.');
    expect(plain.exit).toBe(2);
    expect(plain.fix).toBe(ERRORS.MODEL_NOT_FOUND.fix);
    expect(new R1Error('USAGE', 'm', { fix: 'Do this.' }).fix).toBe('Do this.');
  });

  it('keeps the cause, and is an Error to everyone', () => {
    const cause = new Error('ENOENT');
    const error = new R1Error('RUN_INVALID', 'x', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error.cause).toBe(cause);
    expect(new R1Error('RUN_INVALID', 'x')).not.toHaveProperty('cause');
  });
});

type Row = { code: string; exit: number; meaning: string; fix: string };

/** Rows of the table under the heading "Codes". */
function documented(): Row[] {
  const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const section = /\n## Codes\n([\s\S]*?)(?=\n## |$)/.exec(text)![1]!;
  return [...section.matchAll(/^\| `(\w+)` \| (\d+) \| (.*) \| (.*) \|$/gm)].map((m) => ({
    ...{ code: m[1]!, exit: Number(m[2]), meaning: m[3]!, fix: m[4]! },
  }));
}

describe('docs/errors.md', () => {
  it('has a row for every code, in the order of the table, with the same words', () => {
    const rows = Object.entries(ERRORS).map(([code, row]) => ({ code, ...row }));
    expect(documented()).toEqual(rows);
  });

  it('explains every exit code', () => {
    const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
    const section = /\n## Exit codes\n([\s\S]*?)(?=\n## )/.exec(text)![1]!;
    const codes = [...section.matchAll(/^\| (\d+) \|/gm)].map((m) => Number(m[1]));
    expect(codes).toEqual(Object.values(EXIT));
  });
});

describe('the table', () => {
  it.each(Object.entries(ERRORS))('%s is whole sentences that say what to do', (_code, { meaning, fix, exit }) => {
    expect(meaning).toMatch(/^[A-Z].*\.$|^r1-tune\.config\.json.*\.$/);
    expect(fix).toMatch(/^[A-Z].*\.$/);
    expect(Object.values(EXIT)).toContain(exit);
    expect(exit).not.toBe(EXIT.ok);
  });
});
