import { type Candidate, candidateId } from '../../core/candidate.js';
import type { Machine } from '../../core/machine.js';
import type { Outcome } from '../../core/outcome.js';
import { type Configuration, type Plan, type Quality, RUN_VERSION, type RunResult } from '../../core/run-result.js';
import { standardDeviation } from '../../stats/sample.js';
import type { SearchResult } from '../search/strategy.js';
import { everyCandidate } from '../space/references.js';
import { markVoided } from '../trials/void-blocks.js';
import { decide } from './decision.js';
import { effectsOf } from './effects.js';
import { type NeighbourArm, neighbourOf, weighed } from './neighbour.js';
import { placeOnPareto } from './place-on-pareto.js';
import { pairedLogRatios, summarizeConfigurations } from './summarize.js';
import { timeSplit } from './time-split.js';
import { objectiveOf } from './trial-result.js';
import { runWarnings } from './warnings.js';

export type RunParts = {
  id: string;
  machine: Machine;
  plan: Plan;
  outcomes: readonly Outcome[];
  quality: readonly Quality[];
  /** null for a bench, which decides nothing. */
  search: SearchResult | null;
  /** Trials beside a busy process, and what they compared. */
  beside?: { arms: readonly NeighbourArm[]; outcomes: readonly Outcome[] };
};

function pairedSd(parts: RunParts, chosenId: string | undefined): number | null {
  const reference = candidateId(parts.plan.defaultCandidate);
  if (!chosenId || chosenId === reference) return null;
  const ratios = pairedLogRatios(parts.outcomes, { candidate: chosenId, reference }, (o) => objectiveOf(o, parts.plan));
  return ratios.length >= 3 ? standardDeviation(ratios) : null;
}

/** The confirmed configuration against the default: the fresh pairs alone, as blocks that took part in the choice flatter it. */
const published = (configurations: readonly Configuration[], search: SearchResult | null): Configuration[] =>
  configurations.map((c) =>
    c.candidateId === search?.confirmation?.candidateId ? { ...c, vsDefault: search.confirmation.ratio } : c,
  );

/** The document of a run, a pure function of what was stored. */
export function assembleRun(parts: RunParts): RunResult {
  const { plan, machine, quality } = parts;
  const outcomes = markVoided(parts.outcomes);
  const qualityOf = (candidate: Candidate): number | null =>
    quality.find((q) => q.backend === candidate.backend && q.quant === candidate.quant)?.top1Agreement ?? null;
  const configurations = placeOnPareto(
    published(summarizeConfigurations(plan, outcomes, qualityOf), parts.search),
    qualityOf,
  );
  const { arms = [], outcomes: besideOutcomes = [] } = parts.beside ?? {};
  const neighbour = neighbourOf(besideOutcomes, { plan, search: parts.search, configurations, arms });
  const winner = parts.search?.choice?.winnerId;
  const steals = outcomes.flatMap((o) => o.resources?.stealShare ?? []);
  return {
    schemaVersion: RUN_VERSION,
    kind: 'r1-tune/run',
    id: parts.id,
    status: 'complete',
    startedAt: outcomes[0]?.startedAt ?? plan.createdAt,
    finishedAt: outcomes.at(-1)?.startedAt ?? plan.createdAt,
    machine,
    plan,
    configurations,
    quality: [...quality],
    ...(parts.search ? { effects: effectsOf(plan, everyCandidate(plan), outcomes) } : {}),
    choice: decide(weighed(parts.search, neighbour, plan), { plan, outcomes, configurations }),
    ...(neighbour ? { neighbour } : {}),
    warnings: runWarnings({ machine, plan, outcomes, configurations }),
    noise: {
      pairedSd: pairedSd({ ...parts, outcomes }, winner),
      voidedTrials: outcomes.filter((o) => o.voided).length,
      stealShare: steals.length > 0 ? Math.max(...steals) : null,
    },
    time: timeSplit(outcomes),
    outcomes,
  };
}
