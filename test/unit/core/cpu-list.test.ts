import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCpuList, parseCpuList, tryParseCpuList, tryParseCpuMap } from '../../../src/core/cpu-list.js';

describe('cpulist', () => {
  it.each([
    ['', []],
    ['(null)', []],
    ['0', [0]],
    ['0-3,8', [0, 1, 2, 3, 8]],
    ['8,0-1', [0, 1, 8]],
    ['0-11:2/4', [0, 1, 4, 5, 8, 9]],
    [' 1,\n3 ', [1, 3]],
  ])('reads "%s"', (text, ids) => expect(tryParseCpuList(text)).toEqual(ids));

  it.each(['a', '3-1', '1--2', '1,,2', '0x1', '1.5', '0-9999999999'])('refuses "%s"', (text) => {
    expect(tryParseCpuList(text)).toBeUndefined();
    expect(() => parseCpuList(text)).toThrow(/expected for example 0-3,8/);
  });

  it('is the inverse of itself for any set', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(2000)), (ids) => {
        const sorted = [...ids].sort((a, b) => a - b);
        expect(parseCpuList(formatCpuList(ids))).toEqual(sorted);
      }),
    );
  });

  it('writes the shortest list', () => expect(formatCpuList([9, 1, 2, 3, 2, 7])).toBe('1-3,7,9'));
});

describe('cpumap', () => {
  it.each([
    ['3', [0, 1]],
    ['00000000,0000ff00', [8, 9, 10, 11, 12, 13, 14, 15]],
    ['1,00000000', [32]],
    ['80000000,00000000,00000001', [0, 95]],
  ])('reads "%s"', (text, ids) => expect(tryParseCpuMap(text)).toEqual(ids));

  it('refuses other text', () => expect(tryParseCpuMap('0-3')).toBeUndefined());

  it('reads any mask the kernel writes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1500)), (ids) => {
        const words: number[] = [];
        for (const id of ids) words[id >> 5] = ((words[id >> 5] ?? 0) | (1 << (id & 31))) >>> 0;
        const text = Array.from(words, (word = 0) => word.toString(16).padStart(8, '0'))
          .reverse()
          .join(',');
        expect(tryParseCpuMap(text || '0')).toEqual([...ids].sort((a, b) => a - b));
      }),
    );
  });
});
