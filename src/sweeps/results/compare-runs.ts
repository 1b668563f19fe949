import { candidateId } from '../../core/candidate.js';
import type { Interval } from '../../core/interval.js';
import type { Outcome } from '../../core/outcome.js';
import type { RunResult } from '../../core/run-result.js';
import { mean, standardDeviation } from '../../stats/sample.js';
import { tQuantile } from '../../stats/student-t.js';
import { countedTrials } from './summarize.js';
import { objectiveOf } from './trial-result.js';

/** One configuration in both runs. `ratio` is second over first; null on different machines, where it would not be a test. */
export type ComparedConfiguration = {
  candidateId: string;
  label: string;
  first: Interval | null;
  second: Interval | null;
  ratio: Interval | null;
};

export type RunComparison = {
  isSameMachine: boolean;
  /** Hard facts that differ, as `name: there → here`. */
  machineDifferences: string[];
  /** Anything else that makes the numbers unlike: model, workload, objective. */
  otherDifferences: string[];
  configurations: ComparedConfiguration[];
  onlyInFirst: string[];
  onlyInSecond: string[];
};

const LEVEL = 0.95;

/**
 * Ratio of geometric means with Welch's interval on the logs (Welch 1947): the runs were not paired, so drift between
 * them is inside the ratio. No limits below two trials on each side.
 */
export function unpairedRatio(first: readonly number[], second: readonly number[]): Interval | null {
  if (first.length === 0 || second.length === 0) return null;
  const [a, b] = [first.map(Math.log), second.map(Math.log)];
  const difference = mean(b) - mean(a);
  const n = Math.min(a.length, b.length);
  if (n < 2) return { estimate: Math.exp(difference), low: null, high: null, level: LEVEL, n };
  const [va, vb] = [standardDeviation(a) ** 2 / a.length, standardDeviation(b) ** 2 / b.length];
  const total = va + vb;
  const df = total === 0 ? a.length + b.length - 2 : total ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1));
  const half = tQuantile(1 - (1 - LEVEL) / 2, df) * Math.sqrt(total);
  return {
    estimate: Math.exp(difference),
    low: Math.exp(difference - half),
    high: Math.exp(difference + half),
    level: LEVEL,
    n,
  };
}

function values(run: RunResult, id: string): number[] {
  const own: Outcome[] = run.outcomes.filter((o) => o.candidateId === id);
  return countedTrials(own).flatMap((o) => objectiveOf(o, run.plan) ?? []);
}

function factDifferences(first: Record<string, unknown>, second: Record<string, unknown>): string[] {
  return Object.keys({ ...first, ...second })
    .filter((name) => JSON.stringify(first[name]) !== JSON.stringify(second[name]))
    .map((name) => `${name}: ${JSON.stringify(first[name])} → ${JSON.stringify(second[name])}`);
}

function planDifferences(first: RunResult, second: RunResult): string[] {
  const facts = ({ plan }: RunResult): Record<string, unknown> => ({
    model: plan.modelId,
    objective: plan.objective,
    request: plan.request,
    workload: plan.workloads.full,
    versions: plan.versions,
  });
  return factDifferences(facts(first), facts(second));
}

/** What two runs say about the configurations they share. On one machine an effect with its interval; on two, side by side. */
export function compareRuns(first: RunResult, second: RunResult): RunComparison {
  const isSameMachine = first.machine.fingerprint.hash === second.machine.fingerprint.hash;
  const seconds = new Map(second.configurations.map((c) => [c.candidateId, c]));
  const firsts = new Set(first.configurations.map((c) => c.candidateId));
  return {
    isSameMachine,
    machineDifferences: factDifferences(first.machine.fingerprint.hard, second.machine.fingerprint.hard),
    otherDifferences: planDifferences(first, second),
    configurations: first.configurations
      .filter((c) => seconds.has(c.candidateId))
      .map((c) => ({
        candidateId: c.candidateId,
        label: c.label,
        first: c.objective,
        second: seconds.get(c.candidateId)!.objective,
        ratio: isSameMachine
          ? unpairedRatio(values(first, c.candidateId), values(second, candidateId(c.candidate)))
          : null,
      })),
    onlyInFirst: first.configurations.filter((c) => !seconds.has(c.candidateId)).map((c) => c.label),
    onlyInSecond: second.configurations.filter((c) => !firsts.has(c.candidateId)).map((c) => c.label),
  };
}
