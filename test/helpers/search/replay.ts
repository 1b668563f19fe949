import type { SearchOptions } from '../../../src/sweeps/search/search-space.js';
import { openSession } from '../../../src/sweeps/search/session.js';
import type { SearchResult, Strategy } from '../../../src/sweeps/search/strategy.js';
import { regret, type World } from './world.js';

/** A search by anyone's rules, for comparison: it runs trials in the environment and names its best point. */
export type Contestant = { name: string; play(world: World, seed: number): Played };

export type Played = { id: string | null; trials: number };

/** Plays a shipped strategy through the same session that a sweep uses. */
export function playStrategy(
  strategy: Strategy,
  world: World,
  options: SearchOptions,
  envSeed: number,
): { result: SearchResult; searchTrials: number; trials: number } {
  const env = world.open(envSeed);
  const session = openSession(strategy, world.space, options);
  let searchTrials = 0;
  for (let batch = session.ask(); batch.length > 0; batch = session.ask())
    for (const ask of batch) {
      if (ask.phase !== 'confirm') searchTrials += 1;
      session.tell({ ...ask, ...env.run(ask.id, ask.fidelity) });
    }
  return { result: session.result!, searchTrials, trials: env.trials };
}

/** A shipped strategy as a contestant. Its confirmation is not counted: the baselines have none. */
export const contestant = (
  strategy: Strategy,
  options: Omit<SearchOptions, 'seed'> = {},
  name = strategy.id,
): Contestant => ({
  name,
  play(world, seed) {
    const { result, searchTrials } = playStrategy(strategy, world, { ...options, seed }, seed + 1_000_003);
    return { id: result.choice?.winnerId ?? null, trials: searchTrials };
  },
});

export type Score = {
  name: string;
  plays: number;
  medianRegret: number;
  p95Regret: number;
  within2: number;
  within3: number;
  meanTrials: number;
};

export function score(contestant: Contestant, worlds: readonly World[], seeds: number): Score {
  const regrets: number[] = [];
  let trials = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const world = worlds[(seed - 1) % worlds.length]!;
    const played = contestant.play(world, seed);
    regrets.push(played.id === null ? 1 : regret(world, played.id));
    trials += played.trials;
  }
  regrets.sort((a, b) => a - b);
  const share = (limit: number): number => regrets.filter((r) => r <= limit).length / seeds;
  return {
    name: contestant.name,
    plays: seeds,
    medianRegret: regrets[seeds >> 1]!,
    p95Regret: regrets[Math.floor(0.95 * seeds)]!,
    within2: share(0.02),
    within3: share(0.03),
    meanTrials: trials / seeds,
  };
}

export function scoreTable(scores: readonly Score[], gridTrials: number): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const rows = scores.map((s) =>
    [
      s.name,
      percent(s.within2),
      percent(s.within3),
      percent(s.medianRegret),
      percent(s.p95Regret),
      s.meanTrials.toFixed(0),
      percent(s.meanTrials / gridTrials),
    ].join(' | '),
  );
  return [
    '| strategy | P(regret ≤ 2 %) | P(≤ 3 %) | median regret | 95th percentile | trials | share of the grid |',
    '|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}
