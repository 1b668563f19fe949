import { descending } from './descending.js';
import type { AllowedTokens, Sampling, Step } from './engine.js';
import { R1Error } from './errors.js';
import { randomStream } from './random.js';
import { BUCKETS, bucketOfWeight, type WeightBuckets, weightBuckets } from './weight-buckets.js';

export type SampleContext = {
  /** Index of the new token in the sequence: with the seed it fixes the draw, so that a resumed sequence goes on alike. */
  position: number;
  /** How often each token was generated so far, for the penalties. */
  counts?: ReadonlyMap<number, number>;
  /** Only tokens for which it returns true may be sampled. Asked from the likeliest token down, seldom for many. */
  allowed?: AllowedTokens;
  /** Report the log-probability of the token and of this many likeliest tokens. */
  logprobs?: number;
};

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
  const repetition = sampling.repetitionPenalty ?? 1;
  const penalizes = frequency !== 0 || presence !== 0 || repetition !== 1;
  const isPenalized = penalizes && counts !== undefined && counts.size > 0;
  if (bias.length === 0 && !isPenalized) return logits;
  const adjusted = logits.slice();
  for (const [id, added] of bias) if (Number(id) < adjusted.length) adjusted[Number(id)]! += added;
  if (isPenalized)
    for (const [id, count] of counts) {
      const logit = adjusted[id]!;
      adjusted[id] = (logit > 0 ? logit / repetition : logit * repetition) - count * frequency - presence;
    }
  return adjusted;
}

function best(logits: Float32Array, allowed: SampleContext['allowed']): number {
  const token = argmax(logits);
  return !allowed || allowed(token) ? token : firstAllowed(logits, allowed);
}

/** Refusals after which it is cheaper to ask for the whole set. */
const MOST_ASKED = 64;
const isIn = (bits: Uint32Array, id: number): boolean => (bits[id >>> 5]! & (1 << (id & 31))) !== 0;

function bestOf(logits: Float32Array, bits: Uint32Array): number | undefined {
  let best: number | undefined;
  for (let id = 0; id < logits.length; id++)
    if (isIn(bits, id) && (best === undefined || logits[id]! > logits[best]!)) best = id;
  return best;
}

/** The likeliest allowed token; those far below the best are put in order only when none above them is allowed. */
function firstAllowed(logits: Float32Array, allowed: AllowedTokens): number {
  const peak = logits[argmax(logits)]!;
  let above = Number.POSITIVE_INFINITY;
  let asked = 0;
  for (const below of [peak - 4, peak - 12, Number.NEGATIVE_INFINITY]) {
    for (const id of descending(logits, idsBetween(logits, below, above))) {
      if (allowed(id)) return id;
      const bits = ++asked === MOST_ASKED ? allowed.bits?.() : undefined;
      const token = bits ? bestOf(logits, bits) : undefined;
      if (token !== undefined) return token;
    }
    above = below;
  }
  throw new R1Error('INTERNAL', 'No token of the vocabulary is allowed here; the grammar cannot go on or end.');
}

function draw(logits: Float32Array, sampling: Sampling, context: SampleContext): number {
  const buckets = weightBuckets(logits, logits[argmax(logits)]!, sampling.temperature);
  const kept = nucleus(buckets, logits.length, sampling);
  const random = randomStream(sampling.seed, `token ${context.position}`);
  const { allowed } = context;
  if (!allowed) return drawFrom(buckets, kept, random());
  // Drawn again while it is not allowed, a token has the probability that it has among the allowed ones.
  for (let tries = 0; tries < DRAWS; tries++) {
    const token = drawFrom(buckets, kept, random());
    if (allowed(token)) return token;
  }
  const bits = allowed.bits?.();
  const may = bits ? (token: number) => isIn(bits, token) : allowed;
  const whole = kept.cut > 0 ? buckets.tokensIn(0, kept.cut - 1, may) : [];
  const ids = [...whole, ...kept.last.filter(may)];
  return ids.length === 0 ? firstAllowed(logits, allowed) : drawOne(buckets, ids, random() * sumOf(buckets, ids));
}

/** Draws before all allowed tokens of the nucleus are listed. */
const DRAWS = 4;

/** The tokens that top-k, top-p and min-p leave: all of the buckets before `cut`, and `last` of that one. */
type Nucleus = { cut: number; massBefore: number; last: number[] };

function nucleus(buckets: WeightBuckets, size: number, { topK, topP, minP }: Sampling): Nucleus {
  const { mass, count, total } = buckets;
  const hasTopK = topK > 0 && topK < size;
  const light = minP > 0 ? bucketOfWeight(minP) : BUCKETS;
  const share = topP >= 1 ? Number.POSITIVE_INFINITY : topP;
  const most = hasTopK ? topK : Number.POSITIVE_INFINITY;
  const enough = share * (hasTopK ? massOfFirst(buckets, topK) : total);
  let [cut, massBefore, countBefore] = [0, 0, 0];
  while (cut < light && massBefore + mass[cut]! < enough && countBefore + count[cut]! < most) {
    massBefore += mass[cut]!;
    countBefore += count[cut]!;
    cut++;
  }
  const last: number[] = [];
  let sum = massBefore;
  for (const token of cut < BUCKETS ? buckets.tokensIn(cut) : []) {
    const isFirst = countBefore + last.length === 0;
    const weight = buckets.weightOf(token);
    if (!isFirst && (sum >= enough || countBefore + last.length >= most || weight < minP)) break;
    last.push(token);
    sum += weight;
  }
  return { cut, massBefore, last };
}

/** Weight of the `most` likeliest tokens together. */
function massOfFirst(buckets: WeightBuckets, most: number): number {
  let [bucket, mass, left] = [0, 0, most];
  for (; bucket < BUCKETS && buckets.count[bucket]! <= left; bucket++) {
    mass += buckets.mass[bucket]!;
    left -= buckets.count[bucket]!;
  }
  return left > 0 && bucket < BUCKETS ? mass + sumOf(buckets, buckets.tokensIn(bucket).slice(0, left)) : mass;
}

/** @param random 0 to 1: which of the tokens, laid end to end by weight, likeliest first */
function drawFrom(buckets: WeightBuckets, { cut, massBefore, last }: Nucleus, random: number): number {
  let left = random * (massBefore + sumOf(buckets, last));
  for (let bucket = 0; bucket < cut; bucket++) {
    if (left < buckets.mass[bucket]!) return drawOne(buckets, buckets.tokensIn(bucket), left);
    left -= buckets.mass[bucket]!;
  }
  return drawOne(buckets, last.length > 0 ? last : buckets.tokensIn(0, BUCKETS - 1), left);
}

function drawOne(buckets: WeightBuckets, ids: readonly number[], place: number): number {
  let left = place;
  for (const id of ids) {
    left -= buckets.weightOf(id);
    if (left < 0) return id;
  }
  return ids.at(-1)!;
}

const sumOf = (buckets: WeightBuckets, ids: readonly number[]): number => {
  let sum = 0;
  for (const id of ids) sum += buckets.weightOf(id);
  return sum;
};

/** Ids of values of at least `least` and below `above`. */
function idsBetween(values: Float32Array, least: number, above: number): Int32Array {
  const ids = new Int32Array(values.length);
  let count = 0;
  for (let id = 0; id < values.length; id++) if (values[id]! >= least && values[id]! < above) ids[count++] = id;
  return ids.subarray(0, count);
}

/** The log-probability of a token and of the `count` likeliest ones, under the model at temperature 1. */
export function logprobsOf(logits: Float32Array, token: number, count: number): Omit<Step, 'token'> {
  const peak = logits[argmax(logits)]!;
  const buckets = weightBuckets(logits, peak, 1);
  const normalizer = peak + Math.log(buckets.total);
  return {
    logprob: logits[token]! - normalizer,
    topLogprobs: likeliest(buckets, count).map((id) => ({ token: id, logprob: logits[id]! - normalizer })),
  };
}

function likeliest({ count, tokensIn }: WeightBuckets, wanted: number): number[] {
  let [bucket, found] = [0, count[0]!];
  while (found < wanted && bucket < BUCKETS) found += count[++bucket]!;
  return wanted > 0 ? tokensIn(0, bucket).slice(0, wanted) : [];
}
