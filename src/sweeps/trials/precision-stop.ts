import { logHalfWidth } from '../../stats/rate-interval.js';

/** `bench` measures one configuration until its rate is known well enough. Never used to test a difference. */
const LOOKS = [5, 8, 12, 20, 30] as const;
const HALF_WIDTH = 0.02;

/**
 * How many trials to have before asking again, or null when it is enough: the 95 % interval of the rate is within ±2 %, or
 * the last look is reached. Looking only at these counts keeps the interval close to honest.
 */
export function nextPrecisionLook(rates: readonly number[]): number | null {
  const reached = LOOKS.filter((look) => look <= rates.length).at(-1);
  if (reached !== undefined && logHalfWidth(rates.slice(0, reached)) < HALF_WIDTH) return null;
  return LOOKS.find((look) => look > rates.length) ?? null;
}
