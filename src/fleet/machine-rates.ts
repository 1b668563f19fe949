import { shortHash } from '../core/canonical.js';
import type { FleetMachine, FleetRate, FleetTask } from '../core/fleet.js';
import { groupBy } from '../core/group-by.js';
import type { Interval } from '../core/interval.js';
import { mean } from '../stats/sample.js';

export const taskKey = (task: FleetTask): string => shortHash(task);
/** The same configuration on the same version of an engine. */
export const settingKey = ({ candidateId, engine }: Pick<FleetRate, 'candidateId' | 'engine'>): string =>
  `${candidateId} ${engine}`;

/** A machine's figures for one task: setting → all its runs together. */
export type MachineRates = { machine: FleetMachine; rates: Map<string, FleetRate> };

export function ratesOf(machine: FleetMachine, task: string): MachineRates | null {
  const rates = machine.runs.filter((run) => taskKey(run.task) === task).flatMap((run) => run.rates);
  if (rates.length === 0) return null;
  const merged = [...groupBy(rates, settingKey)].map(([key, own]) => [key, mergeRates(own)] as const);
  return { machine, rates: new Map(merged) };
}

/** Runs of one machine, newest first: names and memory of the newest or largest, rates of all. */
function mergeRates(runs: readonly FleetRate[]): FleetRate {
  const newest = runs[0]!;
  if (runs.length === 1) return newest;
  const merged = (
    name: 'objective' | 'generatedTokensPerSecond' | 'prefillTokensPerSecond' | 'decodeTokensPerSecond',
  ) => mergeIntervals(runs.map((run) => run[name]));
  const ttft = runs.flatMap(({ ttftMs }) => ttftMs ?? []);
  return {
    ...newest,
    trials: runs.reduce((sum, { trials }) => sum + trials, 0),
    objective: merged('objective'),
    generatedTokensPerSecond: merged('generatedTokensPerSecond'),
    prefillTokensPerSecond: merged('prefillTokensPerSecond'),
    decodeTokensPerSecond: merged('decodeTokensPerSecond'),
    ttftMs: ttft.length > 0 ? mergeIntervals(ttft) : null,
    peakRssBytes: largest(runs.map(({ peakRssBytes }) => peakRssBytes)),
    meetsConstraints: runs.every(({ meetsConstraints }) => meetsConstraints),
  };
}

export function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value): value is number => value !== null);
  return known.length > 0 ? known.reduce((a, b) => Math.max(a, b)) : null;
}

/**
 * Geometric mean, with limits that span those of every run: runs of different days differ by more than each of them knows,
 * so their trials are not put together as if they were of one day.
 */
export function mergeIntervals(intervals: readonly Interval[]): Interval {
  const lows = intervals.map(({ low }) => low);
  const highs = intervals.map(({ high }) => high);
  const hasLimits = ![...lows, ...highs].includes(null);
  return {
    estimate: Math.exp(mean(intervals.map(({ estimate }) => Math.log(estimate)))),
    low: hasLimits ? Math.min(...(lows as number[])) : null,
    high: hasLimits ? Math.max(...(highs as number[])) : null,
    level: intervals[0]!.level,
    n: intervals.reduce((sum, { n }) => sum + n, 0),
  };
}
