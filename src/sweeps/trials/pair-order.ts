import type { Random } from '../../core/random.js';

/** A = baseline or default, B = candidate. */
export type PairOrder = 'AB' | 'BA';

/** The fair coin of a pair. It alone carries the exactness of every paired test here, so nothing may balance or steer it. */
export const pairOrder = (random: Random): PairOrder => (random() < 0.5 ? 'AB' : 'BA');
