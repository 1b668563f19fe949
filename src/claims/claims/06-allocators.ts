import type { Allocator } from '../../core/candidate.js';
import type { RequestSeries } from '../../core/workload.js';
import { absentBackends, armOf, baseModels, seriesTrace } from '../arms.js';
import type { Claim, ClaimFacts, Comparison } from '../claim.js';

const NAMES = ['jemalloc', 'tcmalloc'] as const;
/** "8 to 10 % less", give or take: 5 to 13 % less. */
const CLAIMED = { kind: 'between' as const, least: 0.87, most: 0.95 };

const REQUESTS = 10;
const MOST_REQUESTS = 200;
const USUAL_BUDGET_MS = 30 * 60_000;

/** A longer budget makes the run longer: what is claimed is fragmentation, and that takes time. */
const requestsFor = (budgetMs: number): number =>
  Math.max(REQUESTS, Math.min(MOST_REQUESTS, Math.round((REQUESTS * budgetMs) / USUAL_BUDGET_MS)));

const seriesFor = (facts: ClaimFacts): RequestSeries => ({
  requests: requestsFor(facts.budgetMs),
  promptTokens: { least: 8, most: 48 },
  generateTokens: { least: 2, most: 10 },
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
      armOf(`${model.backend}, glibc`, model, facts, { workload }),
      ...found.map((allocator) =>
        armOf(`${model.backend}, ${allocator.name}`, model, facts, { workload, candidate: { allocator } }),
      ),
    ]);
    const missing = NAMES.filter((name) => !found.some((a) => a.name === name));
    return {
      arms,
      comparisons: models.flatMap(({ backend }) => found.flatMap((allocator) => comparisonsOf(backend, allocator))),
      levels: ['seriesRss', 'seriesDecode'],
      notes: [
        `The series has ${workload.series!.requests} requests; days of fragmentation may differ. A longer --budget makes it longer.`,
        ...missing.map((name) => `${name} is not installed.`),
        ...absentBackends(facts),
      ],
    };
  },
};
