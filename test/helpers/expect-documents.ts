import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { DOCUMENTS } from '../../src/cli/documents.js';

/** A goal's profile is one like best.json. */
const rowsOf = (name: string) =>
  Object.entries(DOCUMENTS).filter(([, { file }]) => file === name.replace(/^best-.*\.json$/, 'best.json'));

function contents(path: string): unknown[] {
  const text = readFileSync(path, 'utf8');
  return path.endsWith('.jsonl')
    ? text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : [JSON.parse(text)];
}

/** Every JSON file of a run folder is a document that `r1-tune schema` describes, and nothing in it is left undescribed. */
export function expectDocuments(folder: string): void {
  const names = readdirSync(folder).filter((name) => /\.jsonl?$/.test(name));
  expect(names).not.toEqual([]);
  for (const name of names) {
    const rows = rowsOf(name);
    expect(rows, `${name} has no row in src/cli/documents.ts`).not.toEqual([]);
    for (const content of contents(join(folder, name)))
      expect(
        rows.some(([, { schema }]) => {
          const { success, data } = schema.safeParse(content);
          return success && JSON.stringify(sorted(data)) === JSON.stringify(sorted(content));
        }),
        `${name} is not what its schema says`,
      ).toBe(true);
  }
}

/** Keys in one order: a schema gives them in its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
