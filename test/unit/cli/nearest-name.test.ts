import { describe, expect, it } from 'vitest';
import { nearestName } from '../../../src/cli/nearest-name.js';

const FLAGS = ['threads', 'threads-batch', 'batch', 'budget', 'quant', 'kv-type', 'json'];

describe('the name that was probably meant', () => {
  it.each([
    ['thread', 'threads'],
    ['budegt', 'budget'],
    ['kvtype', 'kv-type'],
    ['qaunt', 'quant'],
    ['jsn', 'json'],
  ])('%s: %s', (typed, meant) => expect(nearestName(typed, FLAGS)).toBe(meant));

  it.each(['speed', 'x', '', 'constructor'])('%s: none', (typed) => expect(nearestName(typed, FLAGS)).toBe(null));
});
