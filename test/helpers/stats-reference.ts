import { readFileSync } from 'node:fs';

/** Values by scipy: test/fixtures/stats/make.py. `null` limits are infinite. */
export type StatsReference = {
  signedRank: { differences: number[]; statistic: number; pLess: number; pGreater: number; pTwoSided: number }[];
  interval: {
    differences: number[];
    estimate: number;
    limits: { alpha: number; lower: number | null; upper: number | null }[];
  }[];
  distributions: Record<
    'normalQuantile' | 'normalCdf' | 'tQuantile' | 'tCdf' | 'logGamma' | 'regularizedBeta' | 'regularizedGammaQ',
    number[][]
  >;
  sample: {
    values: number[];
    mean: number;
    standardDeviation: number;
    median: number;
    medianAbsoluteDeviation: number;
    coefficientOfVariation: number;
    percentiles: [number, number][];
    rateInterval: { estimate: number; low: number; high: number };
    prediction: { low: number; high: number };
  };
  pairedBound: { differences: number[]; mean: number; lower: number; upper: number };
  huberRidge: {
    scaledColumns: number[][];
    scaledProbe: number[];
    values: number[];
    prediction: number;
    uncertainty: number;
  };
};

export const reference = JSON.parse(
  readFileSync(new URL('../fixtures/stats/reference.json', import.meta.url), 'utf8'),
) as StatsReference;

/** Equal to 1e-9, relative to values above one. */
export const isNear = (actual: number, expected: number): boolean =>
  Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
