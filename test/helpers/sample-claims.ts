import type { ClaimResult, ClaimsDocument } from '../../src/core/claims.js';
import { sampleMachine } from './sample-machine.js';
import { sampleRun } from './sample-run.js';

const interval = (estimate: number, half: number) => ({
  estimate,
  low: estimate - half,
  high: estimate + half,
  level: 0.95,
  n: 12,
});

const claim = (fields: Partial<ClaimResult>): ClaimResult => ({
  ...{ number: 1, id: 'thread-count', statement: 'The best thread count is the number of physical cores.' },
  ...{ sources: ['article 001'], rule: 'Holds when no other count is shown to be better.', verdict: 'holds' },
  ...{ finding: '8 threads decode at 32.5 tok/s.', contrasts: [], facts: [], notes: [], arms: [] },
  ...{ blocks: 12, blocksPlanned: 12, blocksRepeated: 0, wallMs: 90_000 },
  ...fields,
});

/** A made-up result of `r1-tune claims` with every kind of verdict. */
export function sampleClaims(): ClaimsDocument {
  const { plan } = sampleRun();
  return {
    schemaVersion: 1,
    kind: 'r1-tune/claims',
    id: '20260301-100000-claims',
    startedAt: '2026-03-01T10:00:00.000Z',
    finishedAt: '2026-03-01T10:30:00.000Z',
    machineDescription: 'i7-11800H, 16 CPUs on 8 cores',
    errorRate: 0.05,
    plan: {
      ...{ schemaVersion: 1, kind: 'r1-tune/claims-plan', createdAt: '2026-03-01T09:59:00.000Z' },
      ...{ command: ['claims', '--budget', '30m'], seed: 7, budgetMs: 1_800_000, claims: [1, 2, 4, 6] },
      allowsMachineChanges: false,
      prices: {
        ...{ pricePerHour: null, watts: null, pricePerKwh: null, gpuPricePerHour: null, gpuTokensPerSecond: null },
        currency: '',
      },
      ...{ blocks: { '1': 12 }, modelId: plan.modelId, models: plan.models, larger: null, absent: {} },
      ...{ versions: plan.versions, gitCommit: plan.gitCommit },
    },
    machine: sampleMachine(),
    results: [
      claim({
        facts: [{ name: 'decode at 8 threads', unit: 'tok/s', value: interval(32.5, 0.4), note: null }],
        notes: ['Prefill was still rising at 16 threads.'],
      }),
      claim({
        ...{ number: 2, id: 'omp', statement: 'OMP_NUM_THREADS tunes threads.', verdict: 'no-difference' },
        finding: 'No difference larger than 1.2 % with and without.',
        contrasts: [
          {
            ...{
              name: 'with against without OMP_NUM_THREADS=4',
              metric: 'decode, tok/s',
              ratio: interval(1.002, 0.008),
            },
            ...{ minimumDetectable: 0.012, expected: 'above 1', verdict: 'no-difference', decides: true },
          },
        ],
      }),
      claim({
        ...{ number: 4, id: 'avx-512', statement: 'AVX-512 is worth about 20 %.', verdict: 'does-not-hold' },
        finding: 'Decode changes by +1.1 %.',
      }),
      claim({
        ...{ number: 6, id: 'allocators', statement: 'jemalloc lowers memory by 8–10 %.', verdict: 'cannot-test' },
        finding: 'No jemalloc is installed.',
      }),
    ],
  };
}
