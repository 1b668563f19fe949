import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../../src/core/random.js';
import { storedVerdict } from '../../../../src/sweeps/gate/stored.js';

const random = seededRandom(2);
const earlier = Array.from({ length: 20 }, () => 30 * Math.exp(0.02 * gaussian(random)));

describe('storedVerdict', () => {
  it('passes a usual value and fails one that is surprising and matters', () => {
    expect(storedVerdict({ earlier, now: 29.5, better: 'higher' }).verdict).toBe('PASS');
    expect(storedVerdict({ earlier, now: 27, better: 'higher' }).verdict).toBe('FAIL');
    expect(storedVerdict({ earlier, now: 33, better: 'lower' }).verdict).toBe('FAIL');
    expect(storedVerdict({ earlier, now: 27, better: 'lower' }).verdict).toBe('PASS');
  });

  it('does not fail what is material but usual for so noisy a history', () => {
    const noisy = [20, 30, 25, 40, 35];
    expect(storedVerdict({ earlier: noisy, now: 26, better: 'higher' }).verdict).toBe('INCONCLUSIVE');
  });

  it('does not fail what is surprising but immaterial', () => {
    const steady = Array.from({ length: 25 }, (_, i) => 30 + 0.001 * i);
    expect(storedVerdict({ earlier: steady, now: 29.5, better: 'higher' }).verdict).toBe('PASS');
  });

  it('blocks only from twenty earlier measurements', () => {
    expect(storedVerdict({ earlier, now: 27, better: 'higher' }).isBlocking).toBe(true);
    expect(storedVerdict({ earlier: earlier.slice(1), now: 27, better: 'higher' }).isBlocking).toBe(false);
  });

  it('says nothing with two, and refuses another machine', () => {
    expect(storedVerdict({ earlier: [30, 31], now: 10, better: 'higher' }).verdict).toBe('INCONCLUSIVE');
    const other = storedVerdict({ earlier, now: 30, better: 'higher', fingerprintDifferences: ['ramClass'] });
    expect(other).toMatchObject({ verdict: 'INVALID', ratio: null });
    expect(other.reasons[0]).toContain('ramClass');
  });

  it('alarms in at most 1 % of unchanged single measurements', () => {
    const noise = seededRandom(9);
    const draw = (): number => 30 * Math.exp(0.06 * gaussian(noise));
    const trials = 4000;
    let alarms = 0;
    for (let i = 0; i < trials; i++) {
      const history = Array.from({ length: 20 }, draw);
      if (storedVerdict({ earlier: history, now: draw(), better: 'higher', margin: 0 }).verdict === 'FAIL') alarms += 1;
    }
    expect(alarms / trials).toBeLessThan(0.0147);
    expect(alarms / trials).toBeGreaterThan(0.005);
  });
});
