import { describe, expect, it } from 'vitest';
import { openPurse } from '../../../../src/sweeps/search/purse.js';
import type { TrialAsk } from '../../../../src/sweeps/search/search-space.js';

const ask = (fidelity: 'short' | 'full'): TrialAsk => ({ phase: 'race', block: 0, id: 'a', fidelity });
const result = (cost?: number) =>
  ({ phase: 'race', block: 0, id: 'a', value: 1, ...(cost === undefined ? {} : { cost }) }) as const;

describe('openPurse', () => {
  it('without a budget affords everything', () => {
    expect(openPurse(undefined).affords(1e9, 1e9)).toBe(true);
  });

  it('counts planned costs where none is told', () => {
    const purse = openPurse({ limit: 10, shortCost: 1, fullCost: 3 });
    expect(purse.affords(1, 3)).toBe(true);
    purse.pay([ask('full'), ask('short')], [result(), result()]);
    expect(purse.affords(0, 2)).toBe(true);
    expect(purse.affords(1, 2)).toBe(false);
  });

  it('learns from trials that cost more than planned', () => {
    const purse = openPurse({ limit: 100, shortCost: 1, fullCost: 3 });
    purse.pay([ask('full'), ask('full'), ask('full')], [result(10), result(10), result(10)]);
    expect(purse.affords(0, 7)).toBe(true);
    expect(purse.affords(0, 8)).toBe(false);
  });
});
