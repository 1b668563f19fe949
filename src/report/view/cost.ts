import { generatedRate, mapInterval } from '../../core/answer-speed.js';
import type { Interval } from '../../core/interval.js';
import type { Configuration, RunResult } from '../../core/run-result.js';
import type { CostOptions, MachinePrice } from '../reporter.js';

const MILLION = 1e6;
const SECONDS_PER_HOUR = 3600;
const JOULES_PER_KWH = 3.6e6;
const SECONDS_PER_MONTH = (365.25 / 12) * 24 * SECONDS_PER_HOUR;

/** What a million generated tokens cost with one configuration. null where the figures for it are not known. */
export type TokenCost = {
  candidateId: string;
  generatedTokensPerSecond: Interval;
  pricePerMillion: Interval | null;
  kilowattHoursPerMillion: Interval | null;
  /** `measured`: from energy counters, over all tokens. `given`: from --watts. */
  energySource: 'measured' | 'given' | null;
};

export function tokenCost(configuration: Configuration, run: RunResult, cost: CostOptions = {}): TokenCost | null {
  const rate = generatedRate(configuration, run.plan);
  if (!rate) return null;
  const { pricePerHour, watts } = cost;
  const perMillion = (perSecond: number) => mapInterval(rate, (value) => (MILLION * perSecond) / value);
  const measured = configuration.energyJoulesPerToken;
  return {
    candidateId: configuration.candidateId,
    generatedTokensPerSecond: rate,
    pricePerMillion: pricePerHour === undefined ? null : perMillion(pricePerHour / SECONDS_PER_HOUR),
    kilowattHoursPerMillion:
      measured !== null ? counted(measured, rate) : watts === undefined ? null : perMillion(watts / JOULES_PER_KWH),
    energySource: measured !== null ? 'measured' : watts === undefined ? null : 'given',
  };
}

/** A median of energy counters carries no interval of its own. */
const counted = (joulesPerToken: number, rate: Interval): Interval => ({
  ...rate,
  estimate: (joulesPerToken * MILLION) / JOULES_PER_KWH,
  low: null,
  high: null,
});

/** The seed article's table for the user's own figures, after `months`. */
export type Ownership = {
  currency: string;
  months: number;
  cpu: MachineCost;
  gpu: MachineCost;
  /** 1 − CPU cost / GPU cost; null when the GPU costs nothing. */
  saved: number | null;
};
export type MachineCost = MachinePrice & {
  total: number;
  tokensPerSecond: Interval | null;
  /** At full use all the time, which flatters both. */
  pricePerMillion: Interval | null;
};

export function ownership(chosen: Configuration | null, run: RunResult, cost: CostOptions = {}): Ownership | null {
  if (!cost.cpu || !cost.gpu) return null;
  const months = cost.months ?? 12;
  const { tokensPerSecond, ...gpuPrice } = cost.gpu;
  const exact = tokensPerSecond && { estimate: tokensPerSecond, low: null, high: null, level: 0.95, n: 0 };
  const cpu = machineCost(cost.cpu, months, chosen && generatedRate(chosen, run.plan));
  const gpu = machineCost(gpuPrice, months, exact || null);
  const saved = gpu.total > 0 ? 1 - cpu.total / gpu.total : null;
  return { currency: cost.currency ?? '', months, cpu, gpu, saved };
}

function machineCost(price: MachinePrice, months: number, tokensPerSecond: Interval | null): MachineCost {
  const total = price.purchase + price.monthly * months;
  const perMillion = (rate: number): number => (total * MILLION) / (rate * months * SECONDS_PER_MONTH);
  return {
    ...price,
    total,
    tokensPerSecond,
    pricePerMillion: tokensPerSecond && mapInterval(tokensPerSecond, perMillion),
  };
}
