import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatChange,
  formatDuration,
  parseBytes,
  parseDurationMs,
  parseShare,
} from '../../../src/core/units.js';

describe('parseBytes', () => {
  it.each([
    ['1024', 1024],
    ['3GiB', 3 * 1024 ** 3],
    ['800 MB', 800e6],
    ['1.5g', 1.5e9],
    [' 2 kib ', 2048],
    ['1TiB', 1024 ** 4],
  ])('reads "%s"', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

  it.each(['', 'GiB', '3 GiX', '-1', '1,5GB', '1e9', '3GiB left'])('refuses "%s" and shows what would do', (text) =>
    expect(() => parseBytes(text)).toThrow(`"${text}" is not a size; expected a number with a unit, for example 3GiB`),
  );
});

describe('parseDurationMs', () => {
  it.each([
    ['800ms', 800],
    ['90s', 90_000],
    ['20m', 1_200_000],
    ['20 min', 1_200_000],
    ['1.5h', 5_400_000],
  ])('reads "%s"', (text, ms) => expect(parseDurationMs(text)).toBe(ms));

  it.each(['5', '5d', '', 'm'])('refuses "%s": its unit would be a guess', (text) =>
    expect(() => parseDurationMs(text)).toThrow(/is not a duration; .*20m, 90s or 800ms/),
  );
});

describe('parseShare', () => {
  it.each([
    ['5%', 0.05],
    ['0.05', 0.05],
    ['12.5 %', 0.125],
    ['0', 0],
  ])('reads "%s"', (text, share) => expect(parseShare(text)).toBeCloseTo(share, 12));

  it.each(['', '%', '-5%', 'five'])('refuses "%s"', (text) => expect(() => parseShare(text)).toThrow(/5% or 0\.05/));
});

describe('texts for people', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.50 KiB'],
    [3 * 1024 ** 3, '3.00 GiB'],
    [250 * 1024 ** 2, '250 MiB'],
    [2 ** 41, '2.00 TiB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0.4, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [1500, '1.50 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 0 s'],
    [119_700, '2 min 0 s'],
    [90_000, '1 min 30 s'],
    [3_599_900, '1 h 0 min'],
    [5_430_000, '1 h 31 min'],
  ])('%d ms are %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('never writes 60 of a unit that has 60', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e8, noNaN: true }), (ms) => {
        expect(formatDuration(ms)).not.toMatch(/\b60(\.0+)? (s|min)\b|\b1000 ms/);
      }),
    );
  });

  it('a duration read back is about the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 59_000 }), (ms) => {
        const back = parseDurationMs(formatDuration(ms));
        expect(Math.abs(back - ms)).toBeLessThanOrEqual(Math.max(1, ms * 0.01));
      }),
    );
  });

  it.each([
    [1.083, '+8.3 %'],
    [1, '+0.0 %'],
    [0.95, '−5.0 %'],
    [0.99999, '−0.0 %'],
  ])('a ratio of %d is %s', (ratio, text) => expect(formatChange(ratio)).toBe(text));
});
