import type { Sampling, Step } from '../../core/engine.js';
import { seededRandom } from '../../core/random.js';

type Scored = { token: number; logit: number };
type Options = { logprobs?: number; allowed?: (token: number) => boolean };

/** Samples one token from logits: penalties and bias, then temperature, top-k, min-p and top-p in that order. */
export function sample(logits: Float32Array, history: readonly number[], sampling: Sampling, options: Options): Step {
  const adjusted = adjust(logits, history, sampling);
  const legal = adjusted.filter(({ token }) => options.allowed?.(token) ?? true).sort((a, b) => b.logit - a.logit);
  if (legal.length === 0) throw new Error('No token of the vocabulary is allowed here.');
  const { token } = sampling.temperature === 0 ? legal[0]! : draw(truncate(legal, sampling), sampling.seed);
  return { token, ...probabilities(logits, token, options.logprobs) };
}

function adjust(logits: Float32Array, history: readonly number[], sampling: Sampling): Scored[] {
  const counts = new Map<number, number>();
  const { frequencyPenalty = 0, presencePenalty = 0, logitBias = {} } = sampling;
  if (frequencyPenalty || presencePenalty) for (const t of history) counts.set(t, (counts.get(t) ?? 0) + 1);
  return Array.from(logits, (logit, token) => {
    const count = counts.get(token) ?? 0;
    const penalty = frequencyPenalty * count + (count > 0 ? presencePenalty : 0);
    return { token, logit: logit - penalty + (logitBias[token] ?? 0) };
  });
}

function truncate(sorted: readonly Scored[], { temperature, topK, topP, minP }: Sampling) {
  const top = sorted[0]!.logit;
  const weighted = sorted
    .slice(0, topK > 0 ? topK : sorted.length)
    .map(({ token, logit }) => ({ token, weight: Math.exp((logit - top) / temperature) }))
    .filter(({ weight }) => weight >= minP);
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  let mass = 0;
  const nucleus = weighted.findIndex(({ weight }) => {
    mass += weight / total;
    return mass >= topP;
  });
  return weighted.slice(0, nucleus < 0 ? weighted.length : nucleus + 1);
}

function draw(choices: readonly { token: number; weight: number }[], seed: number) {
  const total = choices.reduce((sum, { weight }) => sum + weight, 0);
  let rest = seededRandom(seed)() * total;
  for (const choice of choices) {
    rest -= choice.weight;
    if (rest < 0) return choice;
  }
  return choices.at(-1)!;
}

function probabilities(logits: Float32Array, token: number, count: number | undefined): Partial<Step> {
  if (count === undefined) return {};
  const max = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const logTotal = max + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - max), 0));
  const topLogprobs = Array.from(logits, (logit, id) => ({ token: id, logprob: logit - logTotal }))
    .sort((a, b) => b.logprob - a.logprob)
    .slice(0, count);
  return { logprob: logits[token]! - logTotal, topLogprobs };
}
