import { AUTO_AXES } from '../../../../src/sweeps/space/axes.js';
import { buildSpace } from '../../../../src/sweeps/space/space.js';
import { SERVER_KINDS, type ServerKind } from './kinds.js';
import { serverPhysics } from './physics.js';
import { modelOf, serverMachine } from './world.js';

/** What the steps of the ladder cost at the best, against every thread count, one seed each, ascending; on one quantization and allocator. */
export async function ladderRegrets(
  kind: ServerKind,
  seeds: number,
): Promise<{ configurations: number; regrets: number[] }> {
  const machine = { ...(await serverMachine(kind)), allocators: [] };
  const of = (threads: 'auto' | number[]) =>
    buildSpace({
      ...{
        machine,
        arms: [{ backend: 'llama-cpp', model: modelOf(kind.quants[0]!) }],
        contextTokens: 4096,
        maxRssBytes: null,
      },
      axes: { ...AUTO_AXES, threads },
    }).candidates;
  const ladder = of('auto');
  const every = of(Array.from({ length: machine.limits.threadCeiling }, (_, i) => i + 1));
  const regrets = Array.from({ length: seeds }, (_, seed) => {
    const speed = serverPhysics(kind, machine, seed + 1, 0);
    return -Math.expm1(Math.max(...ladder.map(speed)) - Math.max(...every.map(speed)));
  });
  return { configurations: ladder.length, regrets: regrets.sort((a, b) => a - b) };
}

/** `replay-search.mjs --ladder` */
export async function ladderTable(seeds: number, print: (line: string) => void): Promise<void> {
  print('| server | configurations | median regret | 90th percentile | largest |\n|---|--:|--:|--:|--:|');
  for (const kind of SERVER_KINDS) {
    const { configurations, regrets } = await ladderRegrets(kind, seeds);
    const at = (share: number): string => `${(100 * regrets[Math.floor(share * (seeds - 1))]!).toFixed(2)} %`;
    print(`| ${[kind.name, configurations, at(0.5), at(0.9), at(1)].join(' | ')} |`);
  }
}
