import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../../src/core/random.js';
import { calibrateWarmUp } from '../../../../src/sweeps/trials/warm-up.js';

/** `slow` steps that decay from three times the settled 50 ms, then settled ones with 1 % noise. */
function pilot(slow: number, seed = 1, noise = 0.01): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: 96 }, (_, i) => {
    const extra = i < slow ? 2 * (1 - i / slow) : 0;
    return 50 * (1 + extra) * (1 + noise * gaussian(random));
  });
}

describe('calibrateWarmUp', () => {
  it('ends where the durations settle, by the pilot that needs longest', () => {
    const warmUp = calibrateWarmUp([pilot(4, 1), pilot(6, 2), pilot(22, 3), pilot(4, 4), pilot(8, 5)]);
    expect(warmUp.perPilot).toEqual([4, 8, 24, 4, 8]);
    expect(warmUp).toMatchObject({ steps: 24, isCapped: false });
    expect(warmUp.coldRatio).toBeCloseTo(3, 0);
  });

  it('needs nothing when the first step is as fast as the rest', () => {
    expect(calibrateWarmUp([pilot(0), pilot(0, 2)])).toMatchObject({ steps: 0, isCapped: false });
  });

  it('takes the cap for a machine that does not settle, and says so', () => {
    expect(calibrateWarmUp([pilot(4), pilot(4, 2, 0.3)])).toMatchObject({ steps: 64, isCapped: true });
  });
});
