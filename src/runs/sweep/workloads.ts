import { R1Error } from '../../core/errors.js';
import type { Plan } from '../../core/run-result.js';
import { type DeclaredRequest, FULL_WORKLOAD, SHORT_WORKLOAD } from '../../core/workload.js';

/** `128+1024` → prompt and generated tokens. */
export function parseRequest(text: string): DeclaredRequest {
  const match = /^(\d+)\+(\d+)$/.exec(text);
  if (!match || Number(match[1]) < 1 || Number(match[2]) < 1)
    throw new R1Error(
      'USAGE',
      `--request: "${text}" is not valid; expected prompt+generated tokens, for example 128+1024.`,
    );
  return { promptTokens: Number(match[1]), generateTokens: Number(match[2]) };
}

/**
 * For throughput the request alone is short, since the streams are what is compared. Each stream decodes 64 tokens after a
 * prompt of 16: from three streams on that is enough for a 95th percentile.
 */
const THROUGHPUT: Plan['workloads'] = {
  short: { ...SHORT_WORKLOAD, promptTokens: 64, generateTokens: 16, streams: { promptTokens: 16, generateTokens: 24 } },
  full: { ...FULL_WORKLOAD, promptTokens: 128, generateTokens: 32, streams: { promptTokens: 16, generateTokens: 64 } },
};

/** Token traces of a run, the same for all runs unless another seed is asked for: quick runs shorten the full trial so that blocks and pairs stay many. */
export function workloadsFor(
  effort: Plan['effort'],
  seed: number = FULL_WORKLOAD.seed,
  objective: Plan['objective'] = 'workload',
): Plan['workloads'] {
  if (objective === 'throughput') return { short: { ...THROUGHPUT.short, seed }, full: { ...THROUGHPUT.full, seed } };
  if (effort === 'quick')
    return {
      short: { ...SHORT_WORKLOAD, promptTokens: 64, generateTokens: 24, seed },
      full: { ...FULL_WORKLOAD, promptTokens: 128, generateTokens: 64, warmUpGenerateTokens: 4, seed },
    };
  return { short: { ...SHORT_WORKLOAD, seed }, full: { ...FULL_WORKLOAD, seed } };
}

/** Room for the longest trace of a trial, rounded up to llama.cpp's step of 256 tokens. */
export function contextFor(workloads: Plan['workloads']): number {
  const { contextDepth, promptTokens, generateTokens } = workloads.full;
  return Math.ceil((contextDepth + promptTokens + generateTokens + 16) / 256) * 256;
}
