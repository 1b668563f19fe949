import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bytesOfParts, partNames } from '../../../../src/formats/gguf/part-names.js';
import { tempFolder } from '../../../helpers/fake-model.js';

const folder = tempFolder('parts');
const part = (n: number): string => join(folder, `m-0000${n}-of-00003.gguf`);

it('a model in parts is all of them, whichever is named', () => {
  expect(partNames(part(2))).toEqual([part(1), part(2), part(3)]);
  expect(partNames(join(folder, 'm.gguf'))).toEqual([join(folder, 'm.gguf')]);
});

it('its size is that of all parts, and unknown while one is missing', () => {
  for (const n of [1, 3]) writeFileSync(part(n), 'x'.repeat(n));
  expect(bytesOfParts(part(1))).toBeNull();
  writeFileSync(part(2), 'xx');
  expect(bytesOfParts(part(1))).toBe(6);
});
