import * as z from 'zod';

const lengthsSchema = z.object({
  least: z.int().min(1).describe('Fewest tokens.'),
  most: z.int().min(1).describe('Most tokens.'),
});

export const seriesSchema = z
  .object({
    requests: z.int().min(1).describe('Requests of each sequence, one after another.'),
    promptTokens: lengthsSchema.describe('Length of a prompt, drawn for each request.'),
    generateTokens: lengthsSchema.describe('Length of an answer after its first token, drawn for each request.'),
    sharedPrefixTokens: z.int().min(0).describe('Tokens that all prompts begin with, before those drawn.'),
    reusesPrefix: z.boolean().describe('The shared tokens stay in the KV cache from one request to the next.'),
  })
  .describe('A server-like run of requests right after the load, before warm-up and the measured region.');
export type RequestSeries = z.infer<typeof seriesSchema>;

export const streamsSchema = z
  .object({
    promptTokens: z.int().min(1).describe('Tokens in the KV cache of each stream before the region.'),
    generateTokens: z.int().min(2).describe('Tokens that each stream decodes in the region.'),
  })
  .describe('The concurrent region: every sequence of every replica decodes at once.');

export const workloadSchema = z
  .object({
    promptTokens: z.int().min(1).describe('Tokens of the measured prefill.'),
    generateTokens: z.int().min(2).describe('Tokens of the measured decode.'),
    contextDepth: z.int().min(0).describe('Tokens already in the KV cache before the measured prefill.'),
    warmUpPromptTokens: z.int().min(0).describe('Tokens of the discarded warm-up prefill.'),
    warmUpGenerateTokens: z.int().min(0).describe('Tokens of the discarded warm-up decode.'),
    seed: z.int().min(0).describe('Seed of the random token trace.'),
    series: seriesSchema.optional(),
    streams: streamsSchema.optional(),
  })
  .describe('The token trace of one trial: seeded random ids, greedy, end-of-sequence ignored.');
export type Workload = z.infer<typeof workloadSchema>;

/** pp512 + tg128, comparable with llama-bench. */
export const FULL_WORKLOAD: Workload = {
  promptTokens: 512,
  generateTokens: 128,
  contextDepth: 0,
  warmUpPromptTokens: 32,
  warmUpGenerateTokens: 8,
  seed: 1,
};

/** For screening. */
export const SHORT_WORKLOAD: Workload = {
  ...FULL_WORKLOAD,
  promptTokens: 128,
  generateTokens: 32,
  warmUpGenerateTokens: 4,
};

/** What a user's request looks like: the objective "workload" is the time of one such request. */
export const requestSchema = z
  .object({
    promptTokens: z.int().min(1).describe('Tokens of the prompt of the declared request.'),
    generateTokens: z.int().min(1).describe('Tokens of the answer of the declared request.'),
  })
  .describe("What a user's request looks like.");
export type DeclaredRequest = z.infer<typeof requestSchema>;

/** An R1 model thinks long on a short question. */
export const R1_REQUEST: DeclaredRequest = { promptTokens: 128, generateTokens: 1024 };

/** Fixed token trace: `count` ids in [low, vocab), away from the special ids that tokenizers keep at both ends. */
export function tokenTrace(seed: number, count: number, vocabulary: number): number[] {
  const low = vocabulary > 2000 ? 1000 : Math.min(260, Math.floor(vocabulary / 2));
  const high = vocabulary > 2000 ? Math.floor(vocabulary * 0.9) : vocabulary;
  const ids: number[] = [];
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    ids.push(low + Math.floor((state / 4294967296) * (high - low)));
  }
  return ids;
}

export const objectiveSchema = z
  .enum(['workload', 'decode', 'prefill', 'throughput'])
  .describe('workload: the declared request as a whole. decode, prefill: one phase. throughput: all streams together.');
export type Objective = z.infer<typeof objectiveSchema>;

/** Seconds of one declared request from the two rates (tokens per second). */
export function requestSeconds(request: DeclaredRequest, prefillRate: number, decodeRate: number): number {
  return request.promptTokens / prefillRate + request.generateTokens / decodeRate;
}

/** A number that is better when larger, in tokens per second, for any objective. */
export function objectiveValue(
  objective: Objective,
  rates: { prefillTokensPerSecond: number; decodeTokensPerSecond: number; throughputTokensPerSecond?: number | null },
  request: DeclaredRequest,
): number {
  if (objective === 'decode') return rates.decodeTokensPerSecond;
  if (objective === 'prefill') return rates.prefillTokensPerSecond;
  if (objective === 'throughput') return rates.throughputTokensPerSecond ?? rates.decodeTokensPerSecond;
  const seconds = requestSeconds(request, rates.prefillTokensPerSecond, rates.decodeTokensPerSecond);
  return (request.promptTokens + request.generateTokens) / seconds;
}
