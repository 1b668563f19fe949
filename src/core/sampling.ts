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

/** Tokens less than e^-35 as likely as the best cannot change a draw of 32 bits, not even 150,000 of them together. */
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
  for (const id of descending(logits, allIds(logits))) if (allowed(id)) return id;
  throw new R1Error('INTERNAL', 'No token of the vocabulary is allowed here; the grammar cannot go on or end.');
}

function draw(logits: Float32Array, sampling: Sampling, context: SampleContext): number {
  const candidates = nucleus(logits, sampling).filter(({ id }) => !context.allowed || context.allowed(id));
  if (candidates.length === 0) return firstAllowed(logits, context.allowed!);
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
  let left = randomStream(sampling.seed, `token ${context.position}`)() * total;
  const drawn = candidates.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return (drawn ?? candidates.at(-1)!).id;
}

type Candidate = { id: number; weight: number };

/** The tokens that top-k, top-p and min-p leave. Weights are relative to the best token, which has weight 1. */
function nucleus(logits: Float32Array, { temperature, topK, topP, minP }: Sampling): Candidate[] {
  const peak = logits[argmax(logits)]!;
  const weigh = (id: number): Candidate => ({ id, weight: Math.exp((logits[id]! - peak) / temperature) });
  const kept = allIds(logits).filter((id) => (logits[id]! - peak) / temperature >= NEGLIGIBLE);
  const hasTopK = topK > 0 && topK < kept.length;
  if (!hasTopK && topP >= 1) return Array.from(kept, weigh).filter(({ weight }) => weight >= minP);
  const order = descending(logits, kept);
  const ranked = hasTopK ? Array.from({ length: topK }, () => weigh(order.next().value!)) : undefined;
  let mass = 0;
  for (const { weight } of ranked ?? Array.from(kept, weigh)) mass += weight;
  return leading(ranked ?? lazily(order, weigh), topP * mass, minP);
}

function* lazily(order: Iterable<number>, weigh: (id: number) => Candidate): Generator<Candidate> {
  for (const id of order) yield weigh(id);
}

/** Candidates, likeliest first, until they hold `enough` weight or fall below `minP`; always at least one. */
function leading(ranked: Iterable<Candidate>, enough: number, minP: number): Candidate[] {
  const chosen: Candidate[] = [];
  let sum = 0;
  for (const candidate of ranked) {
    if (chosen.length > 0 && (sum >= enough || candidate.weight < minP)) break;
    chosen.push(candidate);
    sum += candidate.weight;
  }
  return chosen;
}

const allIds = (logits: Float32Array): Int32Array => Int32Array.from(logits.keys());

/** Ids from the largest logit down. A heap, since callers mostly stop after a few of 150,000. Reorders `heap`. */
function* descending(logits: Float32Array, heap: Int32Array): Generator<number, undefined> {
  const isBefore = (a: number, b: number): boolean => logits[a]! > logits[b]! || (logits[a]! === logits[b]! && a < b);
  const sink = (from: number, size: number): void => {
    for (let parent = from, child = 2 * from + 1; child < size; parent = child, child = 2 * child + 1) {
      if (child + 1 < size && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, heap[parent]!)) return;
      [heap[parent], heap[child]] = [heap[child]!, heap[parent]!];
    }
  };
  for (let i = Math.floor(heap.length / 2) - 1; i >= 0; i--) sink(i, heap.length);
  for (let size = heap.length; size > 0; size--) {
    yield heap[0]!;
    heap[0] = heap[size - 1]!;
    sink(0, size - 1);
  }
  return undefined;
}

function logprobsOf(logits: Float32Array, token: number, count: number): Omit<Step, 'token'> {
  const normalizer = logSumExp(logits);
  const order = descending(logits, allIds(logits));
  const top = Array.from({ length: Math.min(count, logits.length) }, () => order.next().value!);
  return {
    logprob: logits[token]! - normalizer,
    topLogprobs: top.map((id) => ({ token: id, logprob: logits[id]! - normalizer })),
  };
}
