import { describe, expect, it } from 'vitest';
import { addRegions, joinResources } from '../../../src/runners/trial-resources.js';
import { sampleResources } from '../../helpers/sample-trial.js';

describe('regions of one process', () => {
  it('add up, shares weighted by time', () => {
    const alone = sampleResources({ cpuSeconds: 4, wallSeconds: 2, stealShare: 0, energyJoules: 30 });
    const streams = sampleResources({ cpuSeconds: 12, wallSeconds: 6, stealShare: 0.04, energyJoules: 90 });
    expect(addRegions([alone, streams])).toMatchObject({
      cpuSeconds: 16,
      wallSeconds: 8,
      stealShare: 0.03,
      energyJoules: 120,
      minorFaults: 200,
      peakRssBytes: null,
    });
  });

  it('that were not measured count for nothing, and what one does not know is not known', () => {
    expect(addRegions([null, sampleResources({ cpuSeconds: 3 })]).cpuSeconds).toBe(3);
    expect(addRegions([sampleResources({ cpuSeconds: null }), sampleResources()]).cpuSeconds).toBeNull();
  });
});

describe('replicas at once', () => {
  const one = sampleResources({
    peakRssBytes: 1000,
    sharedBytes: 300,
    cpuSeconds: 5,
    energyJoules: 70,
    wallSeconds: 9,
  });
  const two = sampleResources({ peakRssBytes: 900, sharedBytes: 300, cpuSeconds: 3, energyJoules: 50, wallSeconds: 6 });

  it('add up what is theirs, shared memory once, and read the machine once', () =>
    expect(joinResources([one, two])).toMatchObject({
      peakRssBytes: 1600,
      sharedBytes: 600,
      cpuSeconds: 8,
      energyJoules: 70,
      wallSeconds: 9,
    }));

  it('count shared memory for each where the kernel does not tell it', () =>
    expect(joinResources([one, { ...two, sharedBytes: null }])).toMatchObject({
      peakRssBytes: 1900,
      sharedBytes: null,
    }));
});
