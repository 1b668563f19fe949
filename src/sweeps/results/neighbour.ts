import { type Candidate, candidateId } from '../../core/candidate.js';
import type { Beside, Neighbour } from '../../core/neighbour.js';
import type { Outcome } from '../../core/outcome.js';
import type { Configuration, Plan } from '../../core/run-result.js';
import { ratioInterval } from '../../stats/hodges-lehmann.js';
import { rateInterval } from '../../stats/rate-interval.js';
import type { SearchResult } from '../search/strategy.js';
import { everyCandidate } from '../space/references.js';
import { objectiveOf } from './trial-result.js';

/** A configuration to measure beside a busy process, and why. */
export type NeighbourArm = { role: Beside['role']; candidate: Candidate };

/** Below this many blocks a difference is chance, be it as large as it will. */
export const FEWEST_BLOCKS = 3;
/** One busy process: what a machine that people work on has at any time. */
export const COMPETITORS = 1;

/**
 * What the search chose, what its pairs compared that with, and, where no core is left over, the choice with one thread
 * fewer: threads that wait for each other lose most when one of them must share its CPU. Empty where nothing was compared.
 */
export function neighbourArms(search: SearchResult | null, plan: Plan, cores: number): NeighbourArm[] {
  const byId = new Map(everyCandidate(plan).map((candidate) => [candidateId(candidate), candidate]));
  const { recommendation, confirmation } = search ?? {};
  const winner = byId.get(recommendation?.id ?? '');
  if (!winner || !confirmation) return [];
  const { candidateId: choice, defaultId } = confirmation;
  const rival = byId.get(recommendation?.id === choice ? defaultId : choice)!;
  const arms: NeighbourArm[] = [
    { role: 'winner', candidate: winner },
    { role: 'rival', candidate: rival },
    ...(winner.threads > 1 && winner.threads * winner.replicas >= cores
      ? [{ role: 'spare' as const, candidate: withFewerThreads(winner) }]
      : []),
  ];
  return arms.filter(({ candidate }, i) => arms.findIndex((arm) => sameAs(arm.candidate, candidate)) === i);
}

const sameAs = (a: Candidate, b: Candidate): boolean => candidateId(a) === candidateId(b);

/** One thread is placed apart from nobody. */
function withFewerThreads({ threadPlacement, ...candidate }: Candidate): Candidate {
  const threads = candidate.threads - 1;
  return { ...candidate, threads, ...(threadPlacement && threads > 1 ? { threadPlacement } : {}) };
}

/** The facts of the whole run that trials beside a busy process are seen against. */
export type NeighbourFacts = {
  plan: Plan;
  search: SearchResult | null;
  configurations: readonly Configuration[];
  arms: readonly NeighbourArm[];
};

/** What the trials say; null where too few were measured, or none was asked for. */
export function neighbourOf(outcomes: readonly Outcome[], facts: NeighbourFacts): Neighbour | null {
  const { plan, arms } = facts;
  const measured = outcomes.filter(({ metrics, voided }) => metrics !== null && !voided);
  const all = arms.flatMap((arm) => besideOf(arm, measured, facts) ?? []);
  const [winner, rival] = [all.find(({ role }) => role === 'winner'), all.find(({ role }) => role === 'rival')];
  if (!plan.neighbour || !winner || winner.objective.n < FEWEST_BLOCKS) return null;
  const { environment } = plan.neighbour;
  const logRatios = rival ? logRatiosOf(measured, winner.candidateId, rival.candidateId, plan) : [];
  return {
    environment,
    competitors: COMPETITORS,
    arms: all,
    ratio: logRatios.length > 0 ? ratioInterval(logRatios) : null,
    decides: environment === 'shared' && losesMoreThanItGains(logRatios, facts),
    outcomes: [...outcomes],
  };
}

function besideOf(
  { role, candidate }: NeighbourArm,
  measured: readonly Outcome[],
  { plan, configurations }: NeighbourFacts,
): Beside | null {
  const id = candidateId(candidate);
  const own = measured.filter((outcome) => outcome.candidateId === id);
  if (own.length === 0) return null;
  const decode = rateInterval(own.map(({ metrics }) => metrics!.decodeTokensPerSecond));
  const alone = configurations.find((one) => one.candidateId === id)?.decodeTokensPerSecond?.estimate;
  return {
    candidateId: id,
    candidate,
    role,
    objective: rateInterval(own.map((outcome) => objectiveOf(outcome, plan)!)),
    decodeTokensPerSecond: decode,
    overAlone: alone === undefined ? null : decode.estimate / alone,
  };
}

function logRatiosOf(measured: readonly Outcome[], id: string, otherId: string, plan: Plan): number[] {
  const blocks = new Map(
    measured.filter((o) => o.candidateId === otherId).map((o) => [o.block, objectiveOf(o, plan)!]),
  );
  return measured.flatMap((o) => {
    const other = o.candidateId === id ? blocks.get(o.block) : undefined;
    return other === undefined ? [] : [Math.log(objectiveOf(o, plan)! / other)];
  });
}

/**
 * So few pairs have no interval. What was shown alone stands unless every pair beside the neighbour contradicts it, and the
 * loss there outweighs the gain.
 */
function losesMoreThanItGains(logRatios: readonly number[], { search }: NeighbourFacts): boolean {
  const { recommendation, confirmation } = search ?? {};
  if (recommendation?.because !== 'faster' || !confirmation || logRatios.length < FEWEST_BLOCKS) return false;
  const loss = Math.log(ratioInterval(logRatios).estimate);
  return logRatios.every((ratio) => ratio < 0) && loss + Math.log(confirmation.ratio.estimate) < 0;
}

/** The search's result with the default in the place of a choice that a shared machine is worse off with. */
export function weighed(search: SearchResult | null, neighbour: Neighbour | null, plan: Plan): SearchResult | null {
  if (!search?.recommendation || !neighbour?.decides) return search;
  return { ...search, recommendation: { id: candidateId(plan.defaultCandidate), because: 'loses-beside-others' } };
}
