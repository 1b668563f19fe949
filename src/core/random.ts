/** A seeded generator of uniform numbers in [0, 1). The same seed gives the same sequence on every machine. */
export type Random = () => number;

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, period 2^32, ample for orders and traces. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** An independent stream for a named purpose, so that adding one consumer does not change what another draws. */
export function randomStream(seed: number, purpose: string): Random {
  let hash = 2166136261 ^ seed;
  for (const character of purpose) hash = Math.imul(hash ^ character.codePointAt(0)!, 16777619);
  return seededRandom(hash);
}

/** Fisher–Yates on a copy. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

export const randomInt = (random: Random, below: number): number => Math.floor(random() * below);

/** Standard normal by Box–Muller. */
export function gaussian(random: Random): number {
  const u = 1 - random();
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random());
}
