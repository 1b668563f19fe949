import type { Conditions } from '../../core/claims.js';
import { armOf, baseModel, shortTrace } from '../arms.js';
import type { Claim } from '../claim.js';
import type { Comparison } from '../design.js';

/** cpu.shares that Kubernetes sets for each CPU requested (kubelet, MilliCPUToShares). */
const SHARES_A_CPU = 1024;
/** A burstable pod that asks for a quarter of what it may use. */
const BURSTABLE_SHARE = 1 / 4;

const GUARANTEED = 'requests = limits';
const BURSTABLE = 'requests a quarter of limits';

const compare = (metric: 'itlSpread' | 'decode', words: string, kind: 'less' | 'more'): Comparison => ({
  name: `${GUARANTEED} over ${BURSTABLE}, ${words}`,
  metric,
  arm: GUARANTEED,
  reference: BURSTABLE,
  expected: { kind },
  decides: true,
});

export const guaranteedQos: Claim = {
  number: 13,
  id: 'guaranteed-qos',
  statement: 'requests = limits (Guaranteed QoS) avoids jitter.',
  sources: ['002'],
  rule:
    'Two CPU groups with the same quota, one with the weight of its whole quota, one with a quarter of it, each beside a ' +
    'sibling group that requests one CPU and keeps all of them busy. It holds when a lower spread of the inter-token ' +
    'latency or a higher rate is shown, and nothing worse is.',
  design(facts) {
    const reason = facts.controls.cpuGroups;
    if (reason !== null) return { cannotTest: reason };
    const { threadBudget } = facts.machine.limits;
    const inGroup = (share: number): Partial<Conditions> => ({
      competitors: facts.machine.topology.allowed.cpus.length,
      group: {
        quotaCpus: threadBudget,
        shares: Math.max(2, Math.round(SHARES_A_CPU * threadBudget * share)),
        competitorShares: SHARES_A_CPU,
      },
    });
    // Beside a competitor a step takes several times as long: fewer of them.
    const workload = { ...shortTrace(facts), promptTokens: 16, generateTokens: 16 };
    return {
      arms: [
        armOf(GUARANTEED, baseModel(facts), facts, { workload, conditions: inGroup(1) }),
        armOf(BURSTABLE, baseModel(facts), facts, { workload, conditions: inGroup(BURSTABLE_SHARE) }),
      ],
      comparisons: [
        compare('itlSpread', 'spread of the inter-token latency', 'less'),
        compare('decode', 'decode', 'more'),
      ],
      levels: ['decode', 'itlSpread'],
      notes: [`Quota ${threadBudget} CPUs, as many as threads.`],
    };
  },
};
