import type { Contrast, Verdict } from '../../core/claims.js';
import type { Machine } from '../../core/machine.js';
import { armOf, baseModel, phasesTrace } from '../arms.js';
import type { Claim } from '../claim.js';
import type { Comparison } from '../design.js';
import type { Evidence } from '../evidence.js';
import { combine } from '../expectation.js';
import { findingText } from '../texts.js';

const PHASES = ['decode', 'prefill'] as const;

/** From one thread to twice the logical CPUs, through every count that means something. */
export function claimedThreadCounts({ topology: { allowed } }: Machine): number[] {
  const { cores } = allowed;
  const logical = allowed.cpus.length;
  const between = Math.round((cores + logical) / 2);
  const counts = [1, Math.round(cores / 2), cores, between, logical, 2 * logical];
  return [...new Set(counts)].filter((count) => count >= 1).sort((a, b) => a - b);
}

const threadsText = (count: number): string => `${count} thread${count === 1 ? '' : 's'}`;

/** Counts that no other is shown to beat, judged against the one that looks best. */
function optimum(evidence: Evidence, phase: (typeof PHASES)[number]): string {
  const arms = evidence.design.arms.map((arm) => arm.name);
  const levels = arms.map((name) => ({ name, rate: evidence.level(name, phase)?.estimate ?? 0 }));
  const best = levels.reduce((a, b) => (b.rate > a.rate ? b : a)).name;
  const equals = arms.filter((name) => {
    const high = evidence.ratio(name, best, phase)?.high ?? null;
    return name === best || (high !== null && high >= 1);
  });
  return `${phase} is best with ${equals.join(' or ')}`;
}

function phaseVerdict(contrasts: readonly Contrast[], beyond: string): Verdict {
  if (contrasts.some((c) => c.verdict === 'does-not-hold')) return 'does-not-hold';
  return contrasts.find((c) => c.name.startsWith(beyond))!.verdict;
}

export const threadCount: Claim = {
  number: 1,
  id: 'thread-count',
  statement: 'The best thread count is the number of physical cores; more loses.',
  sources: ['001', '002'],
  rule:
    'Each thread count against the number of physical cores, prefill and decode apart. It fails when some count is shown ' +
    'to be faster; it holds for a phase when none is and twice the logical CPUs are shown to be slower.',
  design(facts) {
    const model = baseModel(facts);
    const { cores } = facts.machine.topology.allowed;
    const counts = claimedThreadCounts(facts.machine);
    const comparisons = PHASES.flatMap((phase) =>
      counts
        .filter((count) => count !== cores)
        .map(
          (count): Comparison => ({
            name: `${threadsText(count)} over ${cores}, ${phase}`,
            metric: phase,
            arm: threadsText(count),
            reference: threadsText(cores),
            expected: { kind: 'less' },
            decides: true,
          }),
        ),
    );
    const arms = counts.map((threads) =>
      armOf(threadsText(threads), model, facts, { candidate: { threads }, workload: phasesTrace(facts) }),
    );
    const notes = facts.machine.topology.isHidden
      ? ['This virtual machine shows every CPU as a core of its own: its physical cores cannot be known.']
      : [];
    return { arms, comparisons, levels: [...PHASES], notes };
  },
  conclude(evidence) {
    const beyond = evidence.design.arms.at(-1)!.name;
    const verdict = combine(
      PHASES.map((phase) =>
        phaseVerdict(
          evidence.contrasts.filter((c) => c.metric === phase),
          beyond,
        ),
      ),
    );
    const telling = evidence.contrasts.filter((c) => c.name.startsWith(beyond) || c.verdict === 'does-not-hold');
    const optima = PHASES.map((phase) => optimum(evidence, phase)).join(', ');
    return { verdict, finding: `${optima}. ${findingText(telling)}` };
  },
};
