import { describe, expect, it } from 'vitest';
import { openSearchLedger } from '../../../../src/sweeps/search/search-ledger.js';
import type { TrialAsk } from '../../../../src/sweeps/search/search-space.js';

const ask = (fidelity: 'short' | 'full'): TrialAsk => ({ phase: 'race', block: 0, id: 'a', fidelity });
const result = (cost?: number) =>
  ({ phase: 'race', block: 0, id: 'a', value: 1, ...(cost === undefined ? {} : { cost }) }) as const;

describe('openSearchLedger', () => {
  it('without a budget affords everything', () => {
    expect(openSearchLedger(undefined).affords(1e9, 1e9)).toBe(true);
  });

  it('counts planned costs where none is told', () => {
    const ledger = openSearchLedger({ limit: 10, shortCost: 1, fullCost: 3 });
    expect(ledger.affords(1, 3)).toBe(true);
    ledger.pay([ask('full'), ask('short')], [result(), result()]);
    expect(ledger.affords(0, 2)).toBe(true);
    expect(ledger.affords(1, 2)).toBe(false);
  });

  it('learns from trials that cost more than planned', () => {
    const ledger = openSearchLedger({ limit: 100, shortCost: 1, fullCost: 3 });
    ledger.pay([ask('full'), ask('full'), ask('full')], [result(10), result(10), result(10)]);
    expect(ledger.affords(0, 7)).toBe(true);
    expect(ledger.affords(0, 8)).toBe(false);
  });
});
