import { gaussian, type Random, seededRandom } from '../../../src/core/random.js';

/** Noise of one trial after another, on the log scale. */
export type Noise = () => number;

const normal = (random: Random, sd: number): number => sd * gaussian(random);
const exponential = (random: Random, mean: number): number => -mean * Math.log(1 - random());

/** A slow wander: AR(1) with stationary standard deviation `sd`. */
export function drift(random: Random, phi: number, sd: number): Noise {
  let level = normal(random, sd);
  const step = sd * Math.sqrt(1 - phi ** 2);
  return () => {
    const now = level;
    level = phi * level + normal(random, step);
    return now;
  };
}

/** Bursts of a neighbour: rarely, and then up to a large loss. */
const spikes =
  (random: Random, share: number, mean: number): Noise =>
  () =>
    random() < share ? -exponential(random, mean) : 0;

/** Two hosts or turbo states, `loss` apart. */
export function hostSwitching(random: Random, share: number, loss: number): Noise {
  let isSlow = random() < 0.5;
  return () => {
    if (random() < share) isSlow = !isSlow;
    return isSlow ? -loss : 0;
  };
}

/** The five models of noise that the gate is simulated on. */
export const NOISE_MODELS = {
  'even 3 %':
    (random: Random): Noise =>
    () =>
      normal(random, 0.03),
  drift: (random: Random): Noise => sum(white(random), drift(random, 0.95, 0.06)),
  spikes: (random: Random): Noise => sum(white(random), spikes(random, 0.1, 0.25)),
  'two hosts': (random: Random): Noise => sum(white(random), hostSwitching(random, 0.03, 0.15)),
  all: (random: Random): Noise =>
    sum(white(random), drift(random, 0.9, 0.05), spikes(random, 0.07, 0.25), hostSwitching(random, 0.03, 0.12)),
} as const;

const white =
  (random: Random): Noise =>
  () =>
    normal(random, 0.02);

const sum =
  (...parts: Noise[]): Noise =>
  () =>
    parts.reduce((total, part) => total + part(), 0);

/** What a search meets on a shared machine: 2.5 % white, 6 % drift, two hosts 10 % apart, bursts in 6 % of the trials. */
export function searchNoise(seed: number): Noise {
  const random = seededRandom(seed);
  return sum(
    () => normal(random, 0.025),
    drift(random, 0.95, 0.06),
    hostSwitching(random, 0.02, 0.1),
    spikes(random, 0.06, 0.2),
  );
}
