/**
 * Monte-Carlo tests have two sizes: a small one in `npm test`, and with `npm run test:rates` the full one, whose figures
 * stand in docs/statistics.md. Bounds follow from the size, so a small run is looser and never a coin.
 */
const IS_FULL = process.env.R1TUNE_RATES === 'full';

/** Repetitions for the size that runs. */
export const repetitions = (full: number, small: number): number => (IS_FULL ? full : small);

/** The most that a true rate of `rate` shows in `n` repetitions: three standard errors above it. */
export const rateAtMost = (rate: number, n: number): number => rate + 3 * Math.sqrt((rate * (1 - rate)) / n);
