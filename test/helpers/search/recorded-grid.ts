import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { randomInt, seededRandom } from '../../../src/core/random.js';
import { median } from '../../../src/stats/sample.js';
import type { DesignSpace } from '../../../src/sweeps/search/search-space.js';
import type { Environment, Measured, World } from './world.js';

/** A real exhaustive grid, recorded once in interleaved blocks: test/fixtures/grids/*.json. */
export const recordedGridSchema = z.object({
  schemaVersion: z.literal(1),
  kind: z.literal('r1-tune/recorded-grid'),
  about: z.string().describe('Machine, model, workload, date and the command that recorded it.'),
  unit: z.string().describe('Unit of the values, for example "tok/s".'),
  axes: z
    .array(
      z.object({
        name: z.string(),
        kind: z.enum(['nominal', 'numeric', 'covariate']),
        scale: z.enum(['linear', 'log2', 'ln']).optional(),
      }),
    )
    .describe('As the search sees them.'),
  defaultId: z.string().describe('The point a user gets without tuning.'),
  points: z.array(
    z.object({
      id: z.string(),
      levels: z.record(z.string(), z.union([z.string(), z.number()])),
      qualityTier: z.number().optional(),
    }),
  ),
  trials: z
    .array(
      z.object({
        id: z.string(),
        block: z.int(),
        fidelity: z.enum(['short', 'full']),
        value: z.number().positive().nullable().describe('The objective; null when the trial failed.'),
        cpuSecondsPerToken: z.number().optional(),
        peakRssBytes: z.number().optional(),
      }),
    )
    .describe('In the order measured. Each block holds every point once at each fidelity recorded.'),
});
export type RecordedGrid = z.infer<typeof recordedGridSchema>;

export const readGrid = (path: string): RecordedGrid =>
  recordedGridSchema.parse(JSON.parse(readFileSync(path, 'utf8')));

/** Residuals are replayed in runs this long, in recorded order, so that drift and bursts stay what they were. */
const SEGMENT = 25;

type Trial = RecordedGrid['trials'][number];

/**
 * The grid as a world to replay on: the truth of a point is its median with block effects taken out, the noise is drawn from
 * the recorded residuals by moving blocks. A point that failed in most of its trials always fails.
 */
export function recordedWorld(grid: RecordedGrid): World {
  const full = additiveFit(grid.trials.filter((t) => t.fidelity === 'full'));
  const shortTrials = grid.trials.filter((t) => t.fidelity === 'short');
  const short = shortTrials.length > 0 ? additiveFit(shortTrials) : full;
  // exactOptionalPropertyTypes: a parsed optional may be undefined, the space's may only be absent.
  const space = { axes: grid.axes, points: grid.points, defaultId: grid.defaultId } as DesignSpace;
  return { space, truth: full.truth, open: (seed) => openRecorded({ full, short, costs: costsOf(grid.trials) }, seed) };
}

type AdditiveFit = { truth: Map<string, number>; residuals: number[] };

/** log value = point + block + residual, by medians; block effects are left in the residuals, since a search meets them too. */
function additiveFit(trials: readonly Trial[]): AdditiveFit {
  const measured = trials.flatMap((t) =>
    t.value === null ? [] : [{ id: t.id, block: t.block, log: Math.log(t.value) }],
  );
  const attempts = countBy(trials, (t) => t.id);
  const rough = mediansBy(
    measured,
    (t) => t.id,
    (t) => t.log,
  );
  const blocks = mediansBy(
    measured,
    (t) => t.block,
    (t) => t.log - rough.get(t.id)!,
  );
  const level = mediansBy(
    measured,
    (t) => t.id,
    (t) => t.log - blocks.get(t.block)!,
  );
  const measuredCount = countBy(measured, (t) => t.id);
  const works = [...level].filter(([id]) => measuredCount.get(id)! > attempts.get(id)! / 2);
  return { truth: new Map(works), residuals: measured.map((t) => t.log - level.get(t.id)!) };
}

function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

const countBy = <T, K>(items: readonly T[], key: (item: T) => K): Map<K, number> =>
  new Map([...groupBy(items, key)].map(([k, group]) => [k, group.length]));

const mediansBy = <T, K>(items: readonly T[], key: (item: T) => K, read: (item: T) => number): Map<K, number> =>
  new Map([...groupBy(items, key)].map(([k, group]) => [k, median(group.map(read))]));

type Costs = Map<string, Pick<Measured, 'cpuSecondsPerToken' | 'peakRssBytes'>>;

/** Median CPU time and memory of each point, for the tie-breaks; left out where they were not recorded. */
function costsOf(trials: readonly Trial[]): Costs {
  const middle = (own: readonly Trial[], read: (t: Trial) => number | undefined): number | undefined => {
    const values = own.flatMap((t) => read(t) ?? []);
    return values.length === 0 ? undefined : median(values);
  };
  return new Map(
    [...groupBy(trials, (t) => t.id)].map(([id, own]) => {
      const cpuSecondsPerToken = middle(own, (t) => t.cpuSecondsPerToken);
      const peakRssBytes = middle(own, (t) => t.peakRssBytes);
      return [
        id,
        {
          ...(cpuSecondsPerToken === undefined ? {} : { cpuSecondsPerToken }),
          ...(peakRssBytes === undefined ? {} : { peakRssBytes }),
        },
      ];
    }),
  );
}

function openRecorded(fits: { full: AdditiveFit; short: AdditiveFit; costs: Costs }, seed: number): Environment {
  const random = seededRandom(seed);
  const streams = {
    full: movingBlocks(fits.full.residuals, random),
    short: movingBlocks(fits.short.residuals, random),
  };
  const env = {
    trials: 0,
    run(id: string, fidelity: 'full' | 'short'): Measured {
      env.trials += 1;
      const level = fits[fidelity].truth.get(id);
      const residual = streams[fidelity]();
      return { value: level === undefined ? null : Math.exp(level + residual), ...fits.costs.get(id) };
    },
  };
  return env;
}

function movingBlocks(residuals: readonly number[], random: () => number): () => number {
  let at = 0;
  let left = 0;
  return () => {
    if (left === 0) {
      at = randomInt(random, residuals.length);
      left = SEGMENT;
    }
    left -= 1;
    at = (at + 1) % residuals.length;
    return residuals[at]!;
  };
}
