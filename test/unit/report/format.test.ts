import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORMATS, formatNumber, formatTick, formatValue } from '../../../src/report/page/format.js';
import { PALETTES } from '../../../src/report/page/palette.js';

describe('numbers for people', () => {
  it.each([
    [0, '0'],
    [1234.5, '1,235'],
    [12.345, '12.3'],
    [0.00123456, '0.00123'],
    [-7.5, '−7.50'],
    [1e9, '1,000,000,000'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('%d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it.each([
    ['rate', 33.333, '33.3 tok/s'],
    ['ms', 999, '999 ms'],
    ['ms', 1500, '1.50 s'],
    ['ms', 180_000, '3.00 min'],
    ['bytes', 3 * 1024 ** 3, '3.00 GiB'],
    ['bytes', 12, '12.0 B'],
    ['change', 1.083, '+8.3 %'],
    ['change', 0.9, '−10.0 %'],
    ['change', 1.0000001, '±0.0 %'],
    ['change', 35.3, '+3,430 %'],
    ['share', 0.9112, '91.1 %'],
    ['money', 21000, '21,000'],
    ['money', 2.826, '2.83'],
    ['money', 0.001234, '0.00123'],
    ['count', 32768, '32,768'],
  ] as const)('%s of %d is %s', (format, value, text) => {
    expect(formatValue(format, value)).toBe(text);
  });

  it('has a dash for what is not known', () => {
    expect(formatValue('rate', null)).toBe('–');
    expect(formatValue('rate', undefined)).toBe('–');
  });

  it('never writes an exponent, and stays within half a percent', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e12, noNaN: true }), (value) => {
        const text = formatNumber(value);
        expect(text).not.toMatch(/e/i);
        expect(Math.abs(Number(text.replaceAll(',', '')) / value - 1)).toBeLessThan(0.0051);
      }),
    );
  });

  it('writes ticks as short as they are exact', () => {
    expect([0, 2, 2.5, -0.25, 1000, 0.1 + 0.2].map(formatTick)).toEqual(['0', '2', '2.5', '−0.25', '1,000', '0.3']);
  });

  it('gives every formatter a finite text', () => {
    for (const format of Object.values(FORMATS)) expect(format(1.5)).toMatch(/\d/);
  });
});

/** Contrast ratio of WCAG 2.2. */
function contrast(a: string, b: string): number {
  const luminance = (color: string): number => {
    const [r, g, blue] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe.each(Object.entries(PALETTES))('the %s palette', (_name, palette) => {
  it('can be read: text 4.5 to 1, lines and points 3 to 1', () => {
    const { background, text, muted, accent, warning, warningSoft, serious, seriousSoft, accentSoft, series, surface } =
      palette;
    for (const color of [text, muted, accent]) expect(contrast(color, background)).toBeGreaterThanOrEqual(4.5);
    for (const color of [text, muted]) expect(contrast(color, surface)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(warning, warningSoft)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(serious, seriousSoft)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(accent, accentSoft)).toBeGreaterThanOrEqual(4.5);
    for (const soft of [warningSoft, seriousSoft]) expect(contrast(muted, soft)).toBeGreaterThanOrEqual(4.5);
    for (const color of series) expect(contrast(color, background)).toBeGreaterThanOrEqual(3);
  });
});
