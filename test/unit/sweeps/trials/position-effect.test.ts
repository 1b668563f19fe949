import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../../src/core/random.js';
import { type PairOrder, pairOrder } from '../../../../src/sweeps/trials/pair-order.js';
import { withoutPosition } from '../../../../src/sweeps/trials/position-effect.js';

/** So many pairs whose second run is `place` faster in the log, with a true gain of the candidate. */
function gainsOf(orders: readonly PairOrder[], place: number, gain: number, seed = 1): number[] {
  const random = seededRandom(seed);
  return orders.map((order) => gain + (order === 'AB' ? place : -place) + 0.01 * gaussian(random));
}

const BALANCED: PairOrder[] = ['AB', 'BA', 'BA', 'AB', 'AB', 'BA', 'AB', 'BA', 'BA', 'AB'];

describe('what only the place in a pair explains', () => {
  it('is taken out, and the gain stays', () => {
    const { gains } = withoutPosition(gainsOf(BALANCED, 0.1, -0.08), BALANCED)!;
    for (const gain of gains) expect(gain).toBeCloseTo(-0.08, 1);
  });

  it('is left alone where there is none', () => {
    const gains = gainsOf(BALANCED, 0, -0.08);
    expect(withoutPosition(gains, BALANCED)).toEqual({ gains, mayPass: true });
  });

  it('cannot be told from the arm where the coins fell to one side: nothing is judged', () => {
    const orders: PairOrder[] = BALANCED.map((_, i) => (i < 9 ? 'AB' : 'BA'));
    expect(withoutPosition(gainsOf(orders, 0.1, 0), orders)).toBeNull();
  });

  it('passes nothing on coins that nearly all fell alike: a place could hide the loss', () => {
    const orders: PairOrder[] = ['AB', 'AB', 'AB', 'AB', 'AB', 'BA'];
    expect(withoutPosition([0, 0.01, -0.01, 0.02, -0.02, -0.2], orders)?.mayPass).toBe(false);
  });

  it('without a change the same coins turned round give the same gains turned round: the test stays exact', () =>
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: -0.2, max: 0.2, noNaN: true }), (seed, place) => {
        const random = seededRandom(seed);
        const orders = Array.from({ length: 12 }, () => pairOrder(random));
        const flip = (order: PairOrder): PairOrder => (order === 'AB' ? 'BA' : 'AB');
        const gains = gainsOf(orders, place, 0, seed);
        const turned = withoutPosition(
          gains.map((gain) => -gain),
          orders.map(flip),
        );
        const plain = withoutPosition(gains, orders);
        expect(turned === null).toBe(plain === null);
        plain?.gains.forEach((gain, i) => {
          expect(turned!.gains[i]!).toBeCloseTo(-gain, 12);
        });
      }),
    ));
});
