import { regularizedGammaQ } from './special-functions.js';

/** P(Z ≤ z) of the standard normal. */
export function normalCdf(z: number): number {
  const tail = 0.5 * regularizedGammaQ(0.5, (z * z) / 2);
  return z > 0 ? 1 - tail : tail;
}

const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** The z with P(Z ≤ z) = p. ±Infinity at 0 and 1. */
export function normalQuantile(p: number): number {
  if (p === 0.5) return 0;
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p <= 0) return p === 0 ? -Infinity : Number.NaN;
  let z = firstGuess(p);
  // Halley's method on Φ(z) − p: three steps reach machine precision from a guess good to 4.5e-4.
  for (let step = 0; step < 3; step++) {
    const u = (normalCdf(z) - p) / density(z);
    z -= u / (1 + (z * u) / 2);
  }
  return z;
}

/** Abramowitz & Stegun 26.2.23, |error| < 4.5e-4, for p < 0.5. */
function firstGuess(p: number): number {
  const t = Math.sqrt(-2 * Math.log(p));
  const numerator = 2.515517 + t * (0.802853 + t * 0.010328);
  const denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return numerator / denominator - t;
}
