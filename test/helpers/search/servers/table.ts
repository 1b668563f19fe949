import type { Effort } from '../../../../src/sweeps/search/search-space.js';
import { SERVER_KINDS } from './kinds.js';
import { playServer, type ServerPlay, scoreHead, scoreRow } from './score.js';

type Options = { seeds: number; from: number; efforts: readonly Effort[]; kinds: readonly number[] };

/** The default search on simulated servers: one row for each kind, and one for all. */
export async function serverTable(
  { seeds, from, efforts, kinds }: Options,
  print: (line: string) => void,
): Promise<void> {
  print(scoreHead());
  for (const effort of efforts) {
    const all: ServerPlay[] = [];
    for (const kind of kinds.map((index) => SERVER_KINDS[index]!)) {
      const own: ServerPlay[] = [];
      for (let seed = from; seed < from + seeds; seed++) own.push(await playServer(kind, effort, seed));
      print(scoreRow(`${kind.name}, ${effort}`, own));
      all.push(...own);
    }
    print(scoreRow(`**all, ${effort}**`, all));
  }
}
