import type { Outcome } from '../../core/outcome.js';
import type { RunResult } from '../../core/run-result.js';
import { evaluatedMs } from '../search/time-plan.js';

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Where the time of a run went, ms, from its first trial to the end of its last. */
export function timeSplit(outcomes: readonly Outcome[]): NonNullable<RunResult['time']> {
  const counted = outcomes.filter((o) => !o.voided);
  const last = outcomes.at(-1);
  const wholeMs = last ? Date.parse(last.startedAt) + last.wallMs - Date.parse(outcomes[0]!.startedAt) : 0;
  const tokensMs = sum(counted.map(evaluatedMs));
  const loadMs = sum(counted.map((o) => o.metrics?.loadMs ?? 0));
  const repeatedMs = sum(outcomes.filter((o) => o.voided).map((o) => o.wallMs));
  return { tokensMs, loadMs, repeatedMs, otherMs: Math.max(0, wholeMs - tokensMs - loadMs - repeatedMs) };
}
