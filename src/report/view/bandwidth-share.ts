import { mapInterval } from '../../core/answer-speed.js';
import type { Interval } from '../../core/interval.js';
import type { Configuration } from '../../core/run-result.js';
import type { ThreadCurves } from './thread-curves.js';

export type BandwidthShare = {
  rate: Interval;
  /** What the bandwidth measured with as many threads allows, tok/s. */
  limit: number;
  /** Decode rate over the limit: 0.7 is 70 %; above 1 the bandwidth was measured too low or caches help. */
  share: Interval;
};

/**
 * How much of the memory bandwidth the decode of one configuration uses; null where no undisturbed point has its threads,
 * or where several streams share one pass over the weights.
 */
export function bandwidthShare(
  { curves }: { curves: ThreadCurves },
  { candidate, decodeTokensPerSecond: rate }: Configuration,
): BandwidthShare | null {
  const { backend, quant, threads, replicas, sequences } = candidate;
  const roofline = curves.rooflines.find((one) => one.backend === backend && one.quant === quant);
  const limit = roofline?.points.find((point) => point.threads === threads && !point.isContended)?.tokensPerSecond;
  if (!rate || limit === undefined || replicas > 1 || sequences > 1) return null;
  return { rate, limit, share: mapInterval(rate, (value) => value / limit) };
}
