import type { Interval } from './interval.js';
import type { Configuration, Plan } from './run-result.js';

/** The same monotonic change of an estimate and both of its limits. */
export function mapInterval(interval: Interval, change: (value: number) => number): Interval {
  const ends = [interval.low, interval.high].map((value) => (value === null ? null : change(value)));
  const [low, high] = ends[0]! > ends[1]! ? [ends[1]!, ends[0]!] : [ends[0]!, ends[1]!];
  return { ...interval, estimate: change(interval.estimate), low, high };
}

/**
 * The objective as people read it, tok/s. The objective `workload` counts the tokens of the prompt too, which nobody waits
 * for one by one: here only the generated ones count, over the time of the whole request. The factor is the same for every
 * configuration, so order and ratios are those of the objective.
 */
export function speedOf({ objective }: Pick<Configuration, 'objective'>, plan: Plan): Interval | null {
  const { promptTokens, generateTokens } = plan.request;
  if (plan.objective !== 'workload' || !objective) return objective;
  return mapInterval(objective, (rate) => (rate * generateTokens) / (promptTokens + generateTokens));
}

/** Time of the declared request from its first prompt token to its last generated one, ms; null for other objectives. */
export function answerMs({ objective }: Pick<Configuration, 'objective'>, plan: Plan): Interval | null {
  const { promptTokens, generateTokens } = plan.request;
  if (plan.objective !== 'workload' || !objective) return null;
  return mapInterval(objective, (rate) => (1000 * (promptTokens + generateTokens)) / rate);
}

/** Generated tokens a second with the prompt's time counted in, tok/s: what a bill or an energy meter sees. */
export const generatedRate = (configuration: Configuration, plan: Plan): Interval | null =>
  plan.objective === 'workload' || plan.objective === 'throughput'
    ? (speedOf(configuration, plan) ?? configuration.decodeTokensPerSecond)
    : configuration.decodeTokensPerSecond;
