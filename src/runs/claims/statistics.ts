import type { Statistics } from '../../claims/statistics.js';
import { ratioInterval } from '../../stats/hodges-lehmann.js';
import { minimumDetectableEffect } from '../../stats/minimum-effect.js';
import { rateInterval } from '../../stats/rate-interval.js';
import { standardDeviation } from '../../stats/sample.js';

/** The statistics of sweeps, as claims want them. */
export const CLAIM_STATISTICS: Statistics = {
  ratio: ratioInterval,
  level: rateInterval,
  minimumDetectable: (logRatios, level) =>
    minimumDetectableEffect({
      sdOfDifferences: standardDeviation(logRatios),
      pairs: logRatios.length,
      alpha: (1 - level) / 2,
    }),
};
