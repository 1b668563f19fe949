import type { Interval } from '../../core/interval.js';
import type { Configuration, Plan } from '../../core/run-result.js';

/** The same monotonic change of an estimate and both of its limits. */
export function mapInterval(interval: Interval, change: (value: number) => number): Interval {
  const ends = [interval.low, interval.high].map((value) => (value === null ? null : change(value)));
  const [low, high] = ends[0]! > ends[1]! ? [ends[1]!, ends[0]!] : [ends[0]!, ends[1]!];
  return { ...interval, estimate: change(interval.estimate), low, high };
}

/**
 * Generated tokens a second with the prompt's time counted in, tok/s: what a bill or an energy meter sees.
 * Exact for the objective `workload`, whose value counts prompt and answer of one request; the decode rate otherwise.
 */
export function generatedRate(configuration: Configuration, plan: Plan): Interval | null {
  const { promptTokens, generateTokens } = plan.request;
  if (plan.objective === 'workload' && configuration.objective)
    return mapInterval(configuration.objective, (rate) => (rate * generateTokens) / (promptTokens + generateTokens));
  return plan.objective === 'throughput' ? configuration.objective : configuration.decodeTokensPerSecond;
}
