import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reachOf, sparkline } from '../../../../src/cli/gate/sparkline.js';

const changes = (...ratios: number[]) => ratios.map((ratio) => ({ ratio, isVoid: false }));

describe('sparkline', () => {
  it('puts no change in the middle, and what lies beyond its reach at the ends', () =>
    expect(sparkline(changes(0.5, 0.9, 0.999, 1.001, 1.1, 2), 0.1)).toBe('▁▁▄▅██'));

  it('shows what does not count as a dot', () =>
    expect(sparkline([...changes(1.001), { ratio: 0.2, isVoid: true }], 0.1)).toBe('▅·'));

  it('has a bar for each pair, higher for better ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.2, max: 5, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (ratios, margin) => {
          const of = changes(...ratios);
          const bars = sparkline(of, reachOf(of, margin));
          expect(bars).toHaveLength(ratios.length);
          const order = [...bars].map((bar) => '▁▂▃▄▅▆▇█'.indexOf(bar));
          for (const [i, ratio] of ratios.entries())
            for (const [j, other] of ratios.entries())
              if (ratio < other) expect(order[i]).toBeLessThanOrEqual(order[j]!);
        },
      ),
    );
  });
});
