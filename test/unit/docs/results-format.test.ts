import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { resultsFormat } from '../../../scripts/results-format.js';

const page = readFileSync(fileURLToPath(new URL('../../../docs/results-format.md', import.meta.url)), 'utf8');

it('docs/results-format.md says what the schemas say (node scripts/make-results-format.mjs)', () => {
  expect(page).toBe(resultsFormat());
});

it('every field has a sentence', () => {
  const silent = resultsFormat()
    .split('\n')
    .filter((line) => line.startsWith('| `') && / \| *\|$/.test(line));
  expect(silent).toEqual([]);
});
