import { descending } from './descending.js';
import type { Sampling, Step } from './engine.js';
import { R1Error } from './errors.js';
import { randomStream } from './random.js';

export type SampleContext = {
  /** Index of the new token in the sequence: with the seed it fixes the draw, so that a resumed sequence goes on alike. */
  position: number;
  /** How often each token was generated so far, for the penalties. */
  counts?: ReadonlyMap<number, number>;
  /** Only tokens for which it returns true may be sampled. Asked from the likeliest token down, seldom for many. */
  allowed?: (token: number) => boolean;
  /** Report the log-probability of the token and of this many likeliest tokens. */
  logprobs?: number;
};

/** Tokens e^-35 as likely as the best cannot change a draw of 32 bits, not even 150,000 of them: they get weight 0. */
const NEGLIGIBLE = -35;

/**
 * Picks the next token from one row of logits, which is left as it is.
 * Order: bias, penalties, temperature, top-k, top-p, min-p, allowed, draw (as Hugging Face and vLLM do; DeepSeek's
 * advice of temperature 0.6 with top-p 0.95 was found with that order). Equal logits: the lower id is preferred.
 * Throws `INTERNAL` when `allowed` refuses every token.
 */
export function sampleToken(logits: Float32Array, sampling: Sampling, context: SampleContext): Step {
  const adjusted = adjust(logits, sampling, context.counts);
  const token = sampling.temperature > 0 ? draw(adjusted, sampling, context) : best(adjusted, context.allowed);
  return context.logprobs === undefined ? { token } : { token, ...logprobsOf(logits, token, context.logprobs) };
}

/** Index of the largest value; the first of equals. */
export function argmax(values: Float32Array): number {
  let index = 0;
  let largest = values[0]!;
  for (let i = 1; i < values.length; i++) {
    if (values[i]! > largest) {
      largest = values[i]!;
      index = i;
    }
  }
  return index;
}

/** Logarithm of the sum of exponentials: `logits[i] - logSumExp(logits)` is the log-probability of token i. */
export function logSumExp(logits: Float32Array): number {
  const peak = logits[argmax(logits)]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - peak);
  return peak + Math.log(sum);
}

function adjust(logits: Float32Array, sampling: Sampling, counts: SampleContext['counts']): Float32Array {
  const bias = Object.entries(sampling.logitBias ?? {});
  const frequency = sampling.frequencyPenalty ?? 0;
  const presence = sampling.presencePenalty ?? 0;
  const isPenalized = (frequency !== 0 || presence !== 0) && counts !== undefined && counts.size > 0;
  if (bias.length === 0 && !isPenalized) return logits;
  const adjusted = logits.slice();
  for (const [id, added] of bias) if (Number(id) < adjusted.length) adjusted[Number(id)]! += added;
  if (isPenalized) for (const [id, count] of counts) adjusted[id]! -= count * frequency + presence;
  return adjusted;
}

function best(logits: Float32Array, allowed: SampleContext['allowed']): number {
  const token = argmax(logits);
  return !allowed || allowed(token) ? token : firstAllowed(logits, allowed);
}

function firstAllowed(logits: Float32Array, allowed: (token: number) => boolean): number {
  for (const id of descending(logits, idsAtLeast(logits, Number.NEGATIVE_INFINITY))) if (allowed(id)) return id;
  throw new R1Error('INTERNAL', 'No token of the vocabulary is allowed here; the grammar cannot go on or end.');
}

function draw(logits: Float32Array, sampling: Sampling, context: SampleContext): number {
  const weights = relativeWeights(logits, sampling.temperature);
  const kept = nucleus(weights, sampling);
  const ids = context.allowed ? kept.filter((id) => context.allowed!(id)) : kept;
  if (ids.length === 0) return firstAllowed(logits, context.allowed!);
  let left = randomStream(sampling.seed, `token ${context.position}`)() * sumOf(weights, ids);
  for (const id of ids) {
    left -= weights[id]!;
    if (left < 0) return id;
  }
  return ids.at(-1)!;
}

/** Probabilities at this temperature as multiples of the best one's. */
function relativeWeights(logits: Float32Array, temperature: number): Float64Array {
  const peak = logits[argmax(logits)]!;
  const weights = new Float64Array(logits.length);
  for (let id = 0; id < logits.length; id++) {
    const exponent = (logits[id]! - peak) / temperature;
    if (exponent > NEGLIGIBLE) weights[id] = Math.exp(exponent);
  }
  return weights;
}

/** Ids of the tokens that top-k, top-p and min-p leave. */
function nucleus(weights: Float64Array, { topK, topP, minP }: Sampling): Int32Array | number[] {
  const least = Math.max(minP, Number.MIN_VALUE);
  const hasTopK = topK > 0 && topK < weights.length;
  if (!hasTopK && topP >= 1) return idsAtLeast(weights, least);
  if (hasTopK) {
    const best = take(descending(weights, idsAtLeast(weights, Number.MIN_VALUE)), topK);
    return leading(weights, best, topP * sumOf(weights, best), least);
  }
  const mass = sumOf(weights);
  // Tokens lighter than this weigh together less than the share that top-p drops, so none of them can be kept.
  const droppable = ((1 - topP) * mass) / weights.length;
  return leading(weights, descending(weights, idsAtLeast(weights, Math.max(least, droppable))), topP * mass, least);
}

/** Ids in the given order until they hold `enough` weight or fall below `least`; always the first. */
function leading(weights: Float64Array, order: Iterable<number>, enough: number, least: number): number[] {
  const chosen: number[] = [];
  let sum = 0;
  for (const id of order) {
    if (chosen.length > 0 && (sum >= enough || weights[id]! < least)) break;
    chosen.push(id);
    sum += weights[id]!;
  }
  return chosen;
}

function sumOf(weights: Float64Array, ids?: ArrayLike<number>): number {
  let sum = 0;
  const count = ids?.length ?? weights.length;
  for (let i = 0; i < count; i++) sum += weights[ids ? ids[i]! : i]!;
  return sum;
}

function idsAtLeast(values: Float32Array | Float64Array, least: number): Int32Array {
  const ids = new Int32Array(values.length);
  let count = 0;
  for (let id = 0; id < values.length; id++) if (values[id]! >= least) ids[count++] = id;
  return ids.subarray(0, count);
}

function take(ids: Iterator<number>, count: number): number[] {
  const taken: number[] = [];
  for (let next = ids.next(); !next.done; next = ids.next()) if (taken.push(next.value) >= count) break;
  return taken;
}

function logprobsOf(logits: Float32Array, token: number, count: number): Omit<Step, 'token'> {
  const normalizer = logSumExp(logits);
  const top = count > 0 ? take(descending(logits, idsAtLeast(logits, Number.NEGATIVE_INFINITY)), count) : [];
  return {
    logprob: logits[token]! - normalizer,
    topLogprobs: top.map((id) => ({ token: id, logprob: logits[id]! - normalizer })),
  };
}
