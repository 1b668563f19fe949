import type { Interval } from '../../core/interval.js';
import type { Configuration, Goal, GoalChoice, RunResult } from '../../core/run-result.js';
import { formatBytes } from '../../core/units.js';
import { SAME_MEMORY } from './place-on-pareto.js';

type Rate = { name: string; of: (configuration: Configuration) => Interval | null };

/** Prompts of short and full trials differ, so their times to first token do not compare; their prefill rates do. */
const RATES: Record<Exclude<Goal, 'small-memory'>, Rate> = {
  latency: { name: 'prefill rate', of: (c) => c.prefillTokensPerSecond },
  throughput: {
    name: 'tokens a second over all streams',
    of: (c) => c.throughput?.tokensPerSecond ?? c.decodeTokensPerSecond,
  },
};

/**
 * For each other goal the configuration that serves it better than the recommended one, out of the measured ones that keep
 * the constraints and are not dominated. A rate must be shown to be higher: its interval lies above that of the recommended
 * one, and the highest lower limit wins, which a lucky trial cannot have. Where nothing is shown to be better the goal is
 * left out: the recommended configuration serves it as well.
 */
export function goalChoices(run: Pick<RunResult, 'configurations' | 'choice'>): GoalChoice[] {
  const chosen = run.configurations.find((c) => c.candidateId === run.choice?.candidateId);
  if (!chosen?.objective) return [];
  const others = run.configurations.filter(
    (c) => c !== chosen && c.objective && c.meetsConstraints && c.pareto !== 'dominated',
  );
  return [fastest('latency', chosen, others), fastest('throughput', chosen, others), smallest(chosen, others)].filter(
    (choice) => choice !== null,
  );
}

function fastest(goal: keyof typeof RATES, chosen: Configuration, others: readonly Configuration[]): GoalChoice | null {
  const { name, of } = RATES[goal];
  const least = (c: Configuration): number => of(c)?.low ?? 0;
  const most = of(chosen)?.high ?? Number.POSITIVE_INFINITY;
  const best = others
    .filter((c) => least(c) > most)
    .reduce<Configuration | null>((a, b) => (a && least(a) >= least(b) ? a : b), null);
  if (!best) return null;
  return {
    goal,
    candidateId: best.candidateId,
    evidence: `The interval of its ${name} lies above that of the recommended configuration (${trialsText(best)}); ${UNCONFIRMED}`,
  };
}

function smallest(chosen: Configuration, others: readonly Configuration[]): GoalChoice | null {
  if (chosen.peakRssBytes === null) return null;
  const peak = (c: Configuration): number => c.peakRssBytes ?? Number.POSITIVE_INFINITY;
  const limit = chosen.peakRssBytes * (1 - SAME_MEMORY);
  const least = Math.min(limit, ...others.map(peak));
  const speed = (c: Configuration): number => c.objective!.estimate;
  const best = others
    .filter((c) => peak(c) < limit && peak(c) <= least * (1 + SAME_MEMORY))
    .reduce<Configuration | null>((a, b) => (a && speed(a) >= speed(b) ? a : b), null);
  if (!best) return null;
  return {
    goal: 'small-memory',
    candidateId: best.candidateId,
    evidence: `Its peak memory is ${formatBytes(peak(best))}, that of the recommended configuration ${formatBytes(chosen.peakRssBytes)} (${trialsText(best)}); ${UNCONFIRMED}`,
  };
}

const UNCONFIRMED = 'only the winner of the objective was confirmed in trials of its own.';

const trialsText = ({ trials }: Configuration): string =>
  trials < 3 ? `${trials} trial${trials === 1 ? '' : 's'}: too few for an interval of its speed` : `${trials} trials`;
