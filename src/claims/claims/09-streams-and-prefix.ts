import type { Arm } from '../../core/experiment.js';
import { armOf, baseModel, seriesTrace, shortTrace } from '../arms.js';
import type { Claim, ClaimFacts } from '../claim.js';
import type { Comparison } from '../design.js';

const STREAMS = [1, 2, 4, 8] as const;
/** The small batch that decides; the others are reported. */
const DECIDING = 4;

const streamsName = (count: number): string => `${count} stream${count === 1 ? '' : 's'}`;

function prefixArm(name: string, reusesPrefix: boolean, facts: ClaimFacts): Arm {
  const workload = seriesTrace(facts, {
    requests: 3,
    promptTokens: { least: 8, most: 8 },
    generateTokens: { least: 2, most: 2 },
    sharedPrefixTokens: 56,
    reusesPrefix,
  });
  return armOf(name, baseModel(facts), facts, { workload });
}

const COMPARISONS: Comparison[] = [
  ...STREAMS.filter((count) => count > 1).map(
    (count): Comparison => ({
      name: `${streamsName(count)} over 1, throughput`,
      metric: 'throughput',
      arm: streamsName(count),
      reference: streamsName(1),
      expected: { kind: 'more' },
      decides: count === DECIDING,
    }),
  ),
  {
    name: 'a shared prefix kept in the KV cache, first token of later requests',
    metric: 'laterTtft',
    arm: 'prefix kept',
    reference: 'prefix evaluated again',
    expected: { kind: 'less' },
    decides: true,
  },
];

export const streamsAndPrefix: Claim = {
  number: 9,
  id: 'streams-and-prefix',
  statement: 'The KV cache and small batches raise throughput.',
  sources: ['000'],
  rule:
    'Tokens a second over all streams with 4 streams against 1 (2 and 8 are reported), and the first token of requests ' +
    'that share 56 of 64 prompt tokens with these kept in the cache against evaluated again. It holds when one is shown ' +
    'to be better, and none worse.',
  design(facts) {
    const streams = STREAMS.map((sequences) =>
      armOf(streamsName(sequences), baseModel(facts), facts, {
        candidate: { sequences },
        workload: { ...shortTrace(facts), promptTokens: 8, generateTokens: 16 },
      }),
    );
    return {
      arms: [...streams, prefixArm('prefix kept', true, facts), prefixArm('prefix evaluated again', false, facts)],
      comparisons: COMPARISONS,
      levels: ['throughput', 'laterTtft'],
      notes: ['Decoding without any KV cache is not offered by either engine; a kept prefix stands for it.'],
    };
  },
};
