import type { Outcome } from '../../core/outcome.js';
import type { Plan } from '../../core/run-result.js';
import { objectiveValue } from '../../core/workload.js';
import type { Phase, TrialResult } from '../search/search-space.js';
import { costMs } from '../trials/void-blocks.js';
import { brokenConstraints } from './constraints.js';

/** The objective of one trial, tok/s, or null when it was not measured. */
export function objectiveOf(outcome: Outcome, plan: Pick<Plan, 'objective' | 'request'>): number | null {
  return outcome.metrics ? objectiveValue(plan.objective, outcome.metrics, plan.request) : null;
}

/** A trial that was not what it was called: stopped by its quota, or its memory not where it was asked to be. */
const UNFIT: readonly Outcome['flags'][number][] = ['quota-throttled', 'unverified-memory'];

/** A recorded trial as a search sees it. An unfit one may inform, but its configuration never wins. */
export function toTrialResult(
  outcome: Outcome,
  plan: Plan,
  qualityOf: (outcome: Outcome) => number | null,
): TrialResult {
  const { metrics } = outcome;
  const isUnfit = outcome.flags.some((flag) => UNFIT.includes(flag));
  const broken = metrics ? brokenConstraints(metrics, plan, qualityOf(outcome)) : [];
  return {
    phase: outcome.phase as Phase,
    block: outcome.block,
    id: outcome.candidateId,
    value: objectiveOf(outcome, plan),
    isEligible: !isUnfit && broken.length === 0,
    cost: outcome.wallMs,
    ...(metrics?.cpuSecondsPerToken == null ? {} : { cpuSecondsPerToken: metrics.cpuSecondsPerToken }),
    ...(metrics?.peakRssBytes == null ? {} : { peakRssBytes: metrics.peakRssBytes }),
  };
}

/** How a search judges its trials. */
export type Judge = { plan: Plan; qualityOf: (outcome: Outcome) => number | null };

/** A stored trial as the search is told it: its cost is that of all runs of it. */
export const toldResult = (outcome: Outcome, log: readonly Outcome[], { plan, qualityOf }: Judge): TrialResult => ({
  ...toTrialResult(outcome, plan, qualityOf),
  cost: costMs(outcome, log),
});
