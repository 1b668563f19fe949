import { describe, expect, it } from 'vitest';
import { cholesky, choleskySolve } from '../../../src/stats/cholesky.js';
import { fitHuberRidge } from '../../../src/stats/huber-ridge.js';
import { isNear, reference } from '../../helpers/stats-reference.js';

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

describe('fitHuberRidge', () => {
  const { scaledColumns, scaledProbe, values, prediction, uncertainty } = reference.huberRidge;
  const gram = Float64Array.from(scaledColumns.flatMap((row) => scaledColumns.map((other) => dot(row, other))));
  const row = Float64Array.from(scaledColumns, (other) => dot(scaledProbe, other));

  it('in the dual equals numpy in the primal', () => {
    const fit = fitHuberRidge(gram, values);
    expect(isNear(fit.predict(row), prediction)).toBe(true);
    expect(isNear(fit.uncertainty(row, dot(scaledProbe, scaledProbe)), uncertainty)).toBe(true);
  });

  it('takes less notice of one wild value than a plain ridge does', () => {
    const tame = values.map((v, i) => (i === 3 ? v - 4 : v));
    const plain = cholesky(
      gram.map((k, i) => (i % (values.length + 1) === 0 ? k + 1 : k)),
      values.length,
    );
    const wild = values.map((_, i) => (i === 3 ? 4 : 0));
    const plainMove = Math.abs(dot([...choleskySolve(plain, wild)], [...row]));
    const huberMove = Math.abs(fitHuberRidge(gram, values).predict(row) - fitHuberRidge(gram, tame).predict(row));
    expect(huberMove).toBeLessThan(0.7 * plainMove);
  });
});

describe('cholesky', () => {
  it('solves a system', () => {
    const x = choleskySolve(cholesky(Float64Array.from([4, 2, 2, 3]), 2), [10, 8]);
    expect(x[0]).toBeCloseTo(1.75, 12);
    expect(x[1]).toBeCloseTo(1.5, 12);
  });

  it('refuses a matrix that is not positive definite', () => {
    expect(() => cholesky(Float64Array.from([1, 2, 2, 1]), 2)).toThrow(RangeError);
  });
});
