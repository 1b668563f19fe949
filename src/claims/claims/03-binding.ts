import { type Binding, NO_BINDING } from '../../core/candidate.js';
import { formatCpuList } from '../../core/cpu-list.js';
import type { Arm } from '../../core/experiment.js';
import type { Machine } from '../../core/machine.js';
import { armOf, baseModel } from '../arms.js';
import type { Claim } from '../claim.js';
import type { CannotTest, Comparison } from '../design.js';

type Plan = { binding: Binding; threads: number };

/**
 * The binding of the articles: one CPU for each thread. Where siblings or other core kinds are left out it is an arm of
 * the machine; where it would be every CPU there is, half of the cores are bound, or there would be nothing to compare.
 */
export function bindingPlan(machine: Machine): Plan | CannotTest {
  const { allowed, cpus } = machine.topology;
  if (!machine.tools.some((tool) => tool.name === 'taskset')) return { cannotTest: 'taskset is not installed.' };
  const arm = machine.bindings.find((b) => (b.name === 'one-per-core' || b.name === 'p-cores') && b.available);
  if (arm && arm.cpuCount < allowed.cpus.length)
    return { binding: { name: arm.name, tool: arm.tool, cpus: arm.cpus, memory: arm.memory }, threads: arm.cpuCount };
  const threads = Math.floor(allowed.cores / 2);
  if (threads < 1) return { cannotTest: 'One CPU is allowed: binding to it changes nothing.' };
  const first = cpus.filter((cpu) => cpu.isAllowed).slice(0, threads);
  const list = formatCpuList(first.map((cpu) => cpu.id));
  return { binding: { name: `taskset:${list}`, tool: 'taskset', cpus: list, memory: null }, threads };
}

const PLACES = ['alone', 'beside a busy process'] as const;

const comparisonsAt = (place: string): Comparison[] => [
  {
    name: `${place}, spread of the inter-token latency`,
    metric: 'itlSpread',
    arm: `bound, ${place}`,
    reference: `free, ${place}`,
    expected: { kind: 'less' },
    decides: true,
  },
  {
    name: `${place}, decode`,
    metric: 'decode',
    arm: `bound, ${place}`,
    reference: `free, ${place}`,
    expected: { kind: 'more' },
    decides: true,
  },
];

export const binding: Claim = {
  number: 3,
  id: 'binding',
  statement: 'Binding with taskset or numactl lowers jitter and helps speed.',
  sources: ['001', '002'],
  rule:
    'Bound against free, with equal threads, alone and beside a busy process on half of the CPUs. It holds when a lower ' +
    'spread of the inter-token latency (standard deviation over mean) or a higher rate is shown, and nothing worse is.',
  design(facts) {
    const plan = bindingPlan(facts.machine);
    if ('cannotTest' in plan) return plan;
    const model = baseModel(facts);
    const competitors = Math.max(1, Math.floor(facts.machine.topology.allowed.cpus.length / 2));
    const arms = PLACES.flatMap((place): Arm[] => {
      const conditions = { competitors: place === 'alone' ? 0 : competitors };
      const at = (name: string, bound: Binding) =>
        armOf(`${name}, ${place}`, model, facts, {
          candidate: { threads: plan.threads, binding: bound },
          conditions,
        });
      return [at('free', NO_BINDING), at('bound', plan.binding)];
    });
    return {
      arms,
      comparisons: PLACES.flatMap(comparisonsAt),
      levels: ['decode', 'itlSpread'],
      notes: [`Bound is ${plan.binding.name} with ${plan.threads} of ${facts.machine.limits.threadBudget} threads.`],
    };
  },
};
