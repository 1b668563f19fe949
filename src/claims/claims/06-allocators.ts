import { backendOf } from '../../core/backend-of.js';
import type { Allocator } from '../../core/candidate.js';
import type { RequestSeries } from '../../core/workload.js';
import { absentBackends, armOf, baseModels, seriesTrace } from '../arms.js';
import type { Claim, ClaimFacts } from '../claim.js';
import type { Comparison } from '../design.js';

const NAMES = ['jemalloc', 'tcmalloc'] as const;
/** "8 to 10 % less", give or take: 5 to 13 % less. */
const CLAIMED = { kind: 'between' as const, least: 0.87, most: 0.95 };

/** Requests of a run, and the time for one claim (a thirteenth of half an hour) in which they fit on two cores. */
const REQUESTS = 6;
const USUAL_SHARE_MS = (30 * 60_000) / 13;
/** Of the time beyond that. */
const LONGER_SHARE = 0.75;
const MOST_REQUESTS = 500;

/** More time makes the run longer: what is claimed is fragmentation, and that takes time. */
export const requestsFor = (shareMs: number): number =>
  Math.max(REQUESTS, Math.min(MOST_REQUESTS, Math.round((LONGER_SHARE * REQUESTS * shareMs) / USUAL_SHARE_MS)));

const seriesFor = (facts: ClaimFacts): RequestSeries => ({
  requests: requestsFor(facts.shareMs),
  promptTokens: { least: 8, most: 32 },
  generateTokens: { least: 2, most: 8 },
  sharedPrefixTokens: 0,
  reusesPrefix: false,
});

function installed({ machine }: ClaimFacts): Allocator[] {
  return NAMES.flatMap((name) => {
    const found = machine.allocators.find((a) => a.name === name && a.usable);
    return found ? [{ name, path: found.path }] : [];
  });
}

const comparisonsOf = (backend: string, { name }: Allocator): Comparison[] => {
  const arms = { arm: `${backend}, ${name}`, reference: `${backend}, glibc` };
  return [
    { ...arms, name: `${backend}, ${name}, memory`, metric: 'seriesRss', expected: CLAIMED, decides: true },
    {
      ...arms,
      name: `${backend}, ${name}, decode`,
      metric: 'seriesDecode',
      expected: { kind: 'change' },
      decides: false,
    },
  ];
};

export const allocators: Claim = {
  number: 6,
  id: 'allocators',
  statement: 'jemalloc and tcmalloc lower memory by 8 to 10 %.',
  sources: ['002'],
  rule:
    "Resident memory after a server-like series of requests of varying length, each allocator against the C library's " +
    'own. It holds when an interval meets −5 % to −13 %, and none shows another change.',
  design(facts) {
    const found = installed(facts);
    if (found.length === 0) return { cannotTest: 'neither jemalloc nor tcmalloc is installed.' };
    const models = baseModels(facts);
    const workload = seriesTrace(facts, seriesFor(facts));
    const arms = models.flatMap((model) => [
      armOf(`${backendOf(model)}, glibc`, model, facts, { workload }),
      ...found.map((allocator) =>
        armOf(`${backendOf(model)}, ${allocator.name}`, model, facts, { workload, candidate: { allocator } }),
      ),
    ]);
    const missing = NAMES.filter((name) => !found.some((a) => a.name === name));
    return {
      arms,
      comparisons: models
        .map(backendOf)
        .flatMap((backend) => found.flatMap((allocator) => comparisonsOf(backend, allocator))),
      levels: ['seriesRss', 'seriesDecode'],
      notes: [
        `The series has ${workload.series!.requests} requests; days of fragmentation may differ. --only 6 with a longer --budget makes it longer.`,
        ...missing.map((name) => `${name} is not installed.`),
        ...absentBackends(facts),
      ],
    };
  },
};
