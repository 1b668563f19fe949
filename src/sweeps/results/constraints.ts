import type { Metrics } from '../../core/outcome.js';
import type { Plan } from '../../core/run-result.js';
import { formatBytes, formatDuration } from '../../core/units.js';

/** TTFT of the declared request, ms: its prompt at the measured prefill rate. */
export const requestTtftMs = (metrics: Pick<Metrics, 'prefillTokensPerSecond'>, plan: Pick<Plan, 'request'>): number =>
  (plan.request.promptTokens / metrics.prefillTokensPerSecond) * 1000;

/** Each constraint that these numbers break, in words; empty when all hold. An unknown number breaks nothing. */
export function brokenConstraints(
  metrics: Pick<Metrics, 'prefillTokensPerSecond' | 'peakRssBytes'>,
  plan: Pick<Plan, 'constraints' | 'request'>,
  quality: number | null,
): string[] {
  const { maxTtftMs, maxRssBytes, minQuality } = plan.constraints;
  const broken: string[] = [];
  const ttft = requestTtftMs(metrics, plan);
  if (maxTtftMs !== null && ttft > maxTtftMs)
    broken.push(`time to first token ${formatDuration(ttft)} is above ${formatDuration(maxTtftMs)}`);
  if (maxRssBytes !== null && metrics.peakRssBytes !== null && metrics.peakRssBytes > maxRssBytes)
    broken.push(`peak memory ${formatBytes(metrics.peakRssBytes)} is above ${formatBytes(maxRssBytes)}`);
  if (minQuality !== null && quality !== null && quality < minQuality)
    broken.push(`top-1 agreement ${quality.toFixed(3)} is below ${minQuality}`);
  return broken;
}
