import type { Configuration, RunResult } from '../../core/run-result.js';
import { quantile } from './quantile.js';

/** How inter-token latencies of one configuration are spread: shares of all its tokens in bins of equal width. */
export type TokenTimes = {
  configuration: Configuration;
  tokens: number;
  p50: number;
  p95: number;
  p99: number;
  bins: { ms: number; share: number }[];
};

const BINS = 40;
/** Fewer tokens than this make a shape out of chance. */
const FEWEST_TOKENS = 200;

const latencies = ({ outcomes }: RunResult, { candidateId }: Configuration): number[] =>
  outcomes
    .filter((one) => one.candidateId === candidateId && one.fidelity === 'full' && !one.voided)
    .flatMap(({ samples }) => samples?.decodeMs ?? []);

/** Of the recommended and the default configuration, on the same bins, up to the slower one's 99th percentile. */
export function tokenTimes(run: RunResult, configurations: readonly (Configuration | null)[]): TokenTimes[] {
  const found = [...new Set(configurations)].flatMap((configuration) => {
    const ms = configuration ? latencies(run, configuration) : [];
    return configuration && ms.length >= FEWEST_TOKENS ? [{ configuration, ms, at: quantile(ms) }] : [];
  });
  const low = Math.min(...found.map(({ at }) => at(0)));
  const high = Math.max(...found.map(({ at }) => at(0.99)));
  const width = (high - low) / BINS;
  if (!(width > 0)) return [];
  return found.map(({ configuration, ms, at }) => {
    const counts = new Array<number>(BINS).fill(0);
    for (const one of ms) if (one <= high) counts[Math.min(BINS - 1, Math.floor((one - low) / width))]! += 1;
    const bins = counts.map((count, i) => ({ ms: low + (i + 0.5) * width, share: count / ms.length }));
    return { configuration, tokens: ms.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), bins };
  });
}
