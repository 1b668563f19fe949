import { randomStream, shuffled } from '../../../../src/core/random.js';
import { median } from '../../../../src/stats/sample.js';
import type { Contestant } from '../replay.js';

/**
 * Successive halving (Jamieson & Talwalkar 2016) for comparison: a random sample, the better third goes on with three times
 * the repetitions, in interleaved rounds.
 */
export const successiveHalving = (sample: number, eta = 3, mostRepetitions = 9): Contestant => ({
  name: `successive halving, ${sample} random`,
  play(world, seed) {
    const env = world.open(seed + 1_000_003);
    const random = randomStream(seed, 'successive-halving');
    let alive = shuffled([...world.truth.keys()], random).slice(0, sample);
    const values = new Map(alive.map((id) => [id, [] as number[]]));
    const level = (id: string): number => median(values.get(id)!);
    for (let repetitions = 1; alive.length > 1; repetitions = Math.min(repetitions * eta, mostRepetitions)) {
      for (let round = 0; round < repetitions; round++)
        for (const id of shuffled(alive, random)) values.get(id)!.push(env.run(id, 'full').value ?? 0);
      alive = alive.sort((a, b) => level(b) - level(a)).slice(0, Math.max(1, Math.floor(alive.length / eta)));
    }
    return { id: alive[0]!, trials: env.trials };
  },
});
