import { randomInt } from 'node:crypto';

/** Seeds are drawn below this, so that people can type them again. */
const SEEDS = 1_000_000_000;

/** The seed of a run whose user gave none. It is stored with the result: a fixed one would toss the same coins every time. */
export const drawSeed = (): number => randomInt(SEEDS);
