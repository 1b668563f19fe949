import { formatBytes } from '../../core/units.js';
import { armOf, baseModel, seriesTrace } from '../arms.js';
import type { Claim, ClaimFacts } from '../claim.js';
import type { Comparison } from '../design.js';

/** Two users: in one process with two sequences, or each in a worker of its own with half of the threads. */
const USERS = 2;
/** Weights are mapped and, by llama.cpp, repacked beside: twice the file at worst; and Node with its buffers. */
const WEIGHT_COPIES = 2;
const PROCESS_BYTES = 512 * 1024 ** 2;

const ONE = 'one process';
const WORKERS = `${USERS} workers`;

/** Varying lengths, so that one user's prompt falls into the other's answer; 2 × 4 × 16 steps are enough for a 95th percentile. */
const trace = (facts: ClaimFacts) =>
  seriesTrace(facts, {
    requests: 4,
    promptTokens: { least: 8, most: 48 },
    generateTokens: { least: 16, most: 20 },
    sharedPrefixTokens: 0,
    reusesPrefix: false,
  });

const compare = (metric: Comparison['metric'], words: string, more: Partial<Comparison>): Comparison => ({
  name: `${WORKERS} over ${ONE}, ${words}`,
  metric,
  arm: WORKERS,
  reference: ONE,
  expected: { kind: 'change' },
  decides: false,
  ...more,
});

function whyNot(facts: ClaimFacts): string | null {
  const { limits, memory } = facts.machine;
  if (limits.threadBudget < USERS) return 'one thread cannot be divided between two workers.';
  const needed = USERS * (WEIGHT_COPIES * baseModel(facts).sizeBytes + PROCESS_BYTES);
  const usable = memory.usableBytes.value;
  if (usable !== null && needed > usable)
    return `two workers need about ${formatBytes(needed)} of memory; ${formatBytes(usable)} may be used.`;
  return null;
}

export const workers: Claim = {
  number: 10,
  id: 'workers',
  statement: 'Several workers isolate users better than one big process.',
  sources: ['001'],
  rule:
    'Two users with requests of varying length, in one process on all threads or in two workers on half of them each. It ' +
    'holds when the 95th percentile of the inter-token latency is shown to be lower with workers. Throughput and memory ' +
    'are the price, and reported.',
  design(facts) {
    const reason = whyNot(facts);
    if (reason) return { cannotTest: reason };
    const model = baseModel(facts);
    const workload = trace(facts);
    const threads = Math.floor(facts.machine.limits.threadBudget / USERS);
    return {
      arms: [
        armOf(ONE, model, facts, { workload, candidate: { threads: threads * USERS, sequences: USERS } }),
        armOf(WORKERS, model, facts, { workload, candidate: { threads, replicas: USERS } }),
      ],
      comparisons: [
        compare('seriesItl95', '95th percentile of the inter-token latency', {
          expected: { kind: 'less' },
          decides: true,
        }),
        compare('laterTtft', 'first token of later requests', {}),
        compare('seriesThroughput', 'throughput', {}),
        compare('peakRss', 'peak memory', {}),
      ],
      levels: ['seriesItl95', 'laterTtft', 'seriesThroughput', 'peakRss'],
      notes: ['Memory of workers is that of all together; pages of the model file that they share count once.'],
    };
  },
};
