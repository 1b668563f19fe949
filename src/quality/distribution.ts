import { descending } from '../core/descending.js';
import { logSumExp } from '../core/sampling.js';

/**
 * What a model thinks comes next, cut to its likeliest tokens: enough to compare another model with, at a hundredth of
 * the memory of a whole row of 150,000 logits.
 */
export type Distribution = {
  /** Likeliest first. */
  ids: Uint32Array;
  /** Natural logarithms of their probabilities. */
  logprobs: Float32Array;
};

/** The likeliest tokens that are kept. 2048 leave about a thousandth of the mass of a trained model out. */
export const KEPT_TOKENS = 2048;

/** The likeliest `kept` tokens of a row of logits. */
export function distributionOf(logits: Float32Array, kept = KEPT_TOKENS): Distribution {
  const normalizer = logSumExp(logits);
  const ids = new Uint32Array(Math.min(kept, logits.length));
  const order = descending(logits, Int32Array.from(logits.keys()));
  for (let i = 0; i < ids.length; i++) ids[i] = order.next().value!;
  return { ids, logprobs: Float32Array.from(ids, (id) => logits[id]! - normalizer) };
}

/**
 * Kullback–Leibler divergence of a model's row of logits from the reference, nats, with the tokens that the reference did
 * not keep taken as one. Joining outcomes can only lower the divergence (data processing inequality).
 */
export function klDivergence(reference: Distribution, logits: Float32Array): number {
  const normalizer = logSumExp(logits);
  let divergence = 0;
  let keptMass = 0;
  let modelMass = 0;
  reference.ids.forEach((id, i) => {
    const logprob = reference.logprobs[i]!;
    const modelLogprob = logits[id]! - normalizer;
    divergence += Math.exp(logprob) * (logprob - modelLogprob);
    keptMass += Math.exp(logprob);
    modelMass += Math.exp(modelLogprob);
  });
  const rest = 1 - keptMass;
  // Below this the rest is rounding of the sums above, not probability.
  if (rest > 1e-6) divergence += rest * Math.log(rest / Math.max(1 - modelMass, Number.MIN_VALUE));
  return Math.max(0, divergence);
}
