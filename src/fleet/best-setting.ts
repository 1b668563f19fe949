import { candidateId } from '../core/candidate.js';
import type { FleetRate } from '../core/fleet.js';
import type { Across, FleetSetting } from '../core/fleet-summary.js';
import { groupBy } from '../core/group-by.js';
import type { Interval } from '../core/interval.js';
import { median } from '../stats/sample.js';
import { largest, type MachineRates, settingKey } from './machine-rates.js';

/**
 * The best setting of a kind, among those that a run of the kind recommends and the default: what was only screened well on one machine
 * is no candidate, since the luckiest of many is overrated. Settings that at least half of the machines measured come first.
 */
export function bestSetting(machines: readonly MachineRates[]): FleetSetting | null {
  const recommended = new Set(
    machines.flatMap(({ machine }) =>
      machine.runs.flatMap(({ profile }) => (profile ? [candidateId(profile.candidate)] : [])),
    ),
  );
  const settings = settingsOf(machines).filter(
    ({ rates }) => rates.every(({ meetsConstraints }) => meetsConstraints) && isProposed(rates[0]!, recommended),
  );
  const usual = settings.filter(({ rates }) => 2 * rates.length >= machines.length);
  const summaries = (usual.length > 0 ? usual : settings).map(({ rates }) => summarize(rates));
  return summaries.sort((a, b) => b.objective.median - a.objective.median)[0] ?? null;
}

const isProposed = (rate: FleetRate, recommended: ReadonlySet<string>): boolean =>
  rate.isDefault || recommended.has(rate.candidateId);

/** Every setting with its figure on each machine that measured it. */
export const settingsOf = (machines: readonly MachineRates[]): { key: string; rates: FleetRate[] }[] =>
  [
    ...groupBy(
      machines.flatMap(({ rates }) => [...rates.values()]),
      settingKey,
    ),
  ].map(([key, rates]) => ({ key, rates }));

function summarize(rates: readonly FleetRate[]): FleetSetting {
  const { candidateId, candidate, engine } = rates[0]!;
  const ttft = rates.flatMap(({ ttftMs }) => ttftMs ?? []);
  const energy = rates.flatMap(({ energyJoulesPerToken: joules }) => (joules === null ? [] : [exact(joules)]));
  return {
    ...{ candidateId, candidate, engine },
    isDefault: rates.every(({ isDefault }) => isDefault),
    machines: rates.length,
    objective: across(rates.map(({ objective }) => objective)),
    generatedTokensPerSecond: across(rates.map((rate) => rate.generatedTokensPerSecond)),
    decodeTokensPerSecond: across(rates.map((rate) => rate.decodeTokensPerSecond)),
    prefillTokensPerSecond: across(rates.map((rate) => rate.prefillTokensPerSecond)),
    ttftMs: ttft.length > 0 ? across(ttft) : null,
    peakRssBytes: largest(rates.map(({ peakRssBytes }) => peakRssBytes)),
    energyJoulesPerToken: energy.length > 0 ? across(energy) : null,
  };
}

const exact = (estimate: number): Interval => ({ estimate, low: null, high: null, level: 0.95, n: 0 });

/** Of one machine its own interval, of several the median and the range. */
export function across(values: readonly Interval[]): Across {
  const [only, ...others] = values;
  if (others.length === 0) return { median: only!.estimate, low: only!.low, high: only!.high, machines: 1 };
  const estimates = values.map(({ estimate }) => estimate);
  return {
    median: median(estimates),
    low: Math.min(...estimates),
    high: Math.max(...estimates),
    machines: values.length,
  };
}
