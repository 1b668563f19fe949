import { greatestOf } from '../../core/extremes.js';
import type { Exchange } from '../../serve/load/exchange.js';
import { countedPercentile, type Percentile } from '../../stats/percentile.js';

export type Slo = { ttftMs: number | null; tpotMs: number | null };
export type Spread = { p50: Percentile; p90: Percentile; p99: Percentile };

/** The figures of one level of load. Latencies in ms, from the moment a request was due. */
export type LoadSummary = {
  level: string;
  requests: number;
  completed: number;
  /** Reason → requests. */
  failures: Record<string, number>;
  seconds: number;
  requestsPerSecond: number;
  outputTokensPerSecond: number;
  promptTokens: number | null;
  ttft: Spread;
  itl: Spread;
  tpot: Spread;
  e2e: Spread;
  /** Completed requests within the objectives, a second; null without objectives. */
  goodputPerSecond: number | null;
  goodShare: number | null;
};

const ttftOf = ({ chunkMs, dueMs }: Exchange): number => chunkMs[0]! - dueMs;
const tpotOf = ({ chunkMs, outputTokens }: Exchange): number =>
  (chunkMs.at(-1)! - chunkMs[0]!) / Math.max(1, outputTokens - 1);

export function summarize(level: string, exchanges: readonly Exchange[], slo: Slo): LoadSummary {
  const good = exchanges.filter(({ failure }) => failure === null);
  const seconds =
    greatestOf(
      exchanges.map(({ endMs }) => endMs),
      1,
    ) / 1000;
  const within = good.filter(
    (e) =>
      ttftOf(e) <= (slo.ttftMs ?? Number.POSITIVE_INFINITY) && tpotOf(e) <= (slo.tpotMs ?? Number.POSITIVE_INFINITY),
  );
  const hasSlo = slo.ttftMs !== null || slo.tpotMs !== null;
  const prompts = good.flatMap(({ promptTokens }) => (promptTokens === null ? [] : [promptTokens]));
  return {
    level,
    requests: exchanges.length,
    completed: good.length,
    failures: countBy(exchanges.flatMap(({ failure }) => (failure === null ? [] : [failure]))),
    seconds,
    requestsPerSecond: good.length / seconds,
    outputTokensPerSecond: good.reduce((sum, { outputTokens }) => sum + outputTokens, 0) / seconds,
    promptTokens: prompts.length > 0 ? prompts.reduce((a, b) => a + b, 0) / prompts.length : null,
    ttft: spread(good.map(ttftOf)),
    itl: spread(good.flatMap(({ chunkMs }) => chunkMs.slice(1).map((ms, i) => ms - chunkMs[i]!))),
    tpot: spread(good.filter(({ outputTokens }) => outputTokens > 1).map(tpotOf)),
    e2e: spread(good.map(({ endMs, dueMs }) => endMs - dueMs)),
    goodputPerSecond: hasSlo ? within.length / seconds : null,
    goodShare: hasSlo && exchanges.length > 0 ? within.length / exchanges.length : null,
  };
}

const spread = (values: readonly number[]): Spread => ({
  p50: countedPercentile(values, 0.5),
  p90: countedPercentile(values, 0.9),
  p99: countedPercentile(values, 0.99),
});

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
