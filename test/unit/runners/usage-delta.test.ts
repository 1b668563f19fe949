import { describe, expect, it } from 'vitest';
import { resourcesSchema } from '../../../src/core/outcome.js';
import type { Usage } from '../../../src/runners/process-usage.js';
import { usageDelta } from '../../../src/runners/usage-delta.js';

const START: Usage = {
  wallMs: 1000,
  cpuSeconds: 2,
  minorFaults: 10,
  majorFaults: 1,
  voluntarySwitches: 5,
  involuntarySwitches: 6,
  throttledPeriods: 3,
  steal: { steal: 10, total: 1000 },
  runQueueUs: 500_000,
  energyUj: [{ value: 9_000_000, range: 10_000_000 }],
};
const MEMORY = { peakRssBytes: 5, steadyRssBytes: 4 };
const delta = (after: Partial<Usage>, before: Partial<Usage> = {}) =>
  usageDelta({ ...START, ...before }, { ...START, wallMs: 3000, ...after }, MEMORY);

describe('usageDelta', () => {
  it('takes the differences', () => {
    const used = delta({ cpuSeconds: 5.5, minorFaults: 30, majorFaults: 1, voluntarySwitches: 7, throttledPeriods: 4 });
    expect(used).toMatchObject({
      wallSeconds: 2,
      cpuSeconds: 3.5,
      minorFaults: 20,
      majorFaults: 0,
      voluntarySwitches: 2,
      involuntarySwitches: 0,
      throttledPeriods: 1,
      ...MEMORY,
    });
  });

  it('shares steal by the time that passed, not by the time since boot', () =>
    expect(delta({ steal: { steal: 30, total: 1400 } }).stealShare).toBe(0.05));

  it('knows no share of no time', () => expect(delta({}).stealShare).toBeNull());

  it('the run queue cannot be longer than the region', () => {
    expect(delta({ runQueueUs: 1_500_000 }).runQueueShare).toBe(0.5);
    expect(delta({ runQueueUs: 9_500_000 }).runQueueShare).toBe(1);
  });

  it('null on either side is null, never a number', () => {
    const names = ['throttledPeriods', 'minorFaults', 'steal', 'runQueueUs', 'energyUj'] as const;
    for (const name of names)
      for (const used of [delta({ [name]: null }), delta({}, { [name]: null })]) {
        const shown = { steal: 'stealShare', runQueueUs: 'runQueueShare', energyUj: 'energyJoules' } as const;
        expect(used[(shown as Record<string, keyof typeof used>)[name] ?? (name as 'minorFaults')]).toBeNull();
        expect(resourcesSchema.parse(used)).toEqual(used);
      }
  });
});

describe('energy', () => {
  const zone = (value: number, range = 10_000_000) => ({ value, range });

  it('is the sum over packages, in joules', () =>
    expect(
      delta({ energyUj: [zone(9_500_000), zone(2_000_000)] }, { energyUj: [zone(9_000_000), zone(1_000_000)] })
        .energyJoules,
    ).toBeCloseTo(1.5, 12));

  it('goes on where a counter wraps at its range', () =>
    expect(delta({ energyUj: [zone(500_000)] }).energyJoules).toBeCloseTo(1.5, 12));

  it('is not known when a counter wraps at an unknown range, or a package comes or goes', () => {
    const unknown = delta({ energyUj: [zone(500_000, Number.NaN)] });
    expect(unknown.energyJoules).toBeNull();
    expect(resourcesSchema.parse(unknown)).toEqual(unknown);
    expect(delta({ energyUj: [zone(9_500_000), zone(1)] }).energyJoules).toBeNull();
  });

  it('an unknown range is no harm while nothing wraps', () =>
    expect(delta({ energyUj: [zone(9_500_000, Number.NaN)] }).energyJoules).toBeCloseTo(0.5, 12));
});
