import type { Session } from '../core/engine.js';
import { R1Error } from '../core/errors.js';
import type { ModelFile } from '../core/model.js';
import type { Quality } from '../core/run-result.js';
import { argmax, logSumExp } from '../core/sampling.js';
import { answerAccuracy, type PuzzlePlan } from './answer-accuracy.js';
import { type Distribution, distributionOf, klDivergence } from './distribution.js';
import { EVAL_TEXT } from './eval-text.js';
import { passagesOf } from './passages.js';
import type { Reference } from './reference.js';

export type QualityRequest = {
  session: Session;
  /** What is measured. */
  model: Pick<ModelFile, 'quant' | 'weights' | 'path'>;
  backend: string;
  /** What to compare with; null when this is the reference itself. */
  reference: Reference | null;
  /** Passages separated by empty lines; the built-in text when left out. */
  text?: string;
  /** Puzzles to ask; null for none. */
  puzzles?: PuzzlePlan | null;
  /** Stops between chunks. */
  signal?: AbortSignal;
  /** Share of the text that is done, 0 to 1. */
  onProgress?: (share: number) => void;
};

export type QualityMeasurement = {
  quality: Quality;
  /** What this model answered, to compare others with; null when it was compared itself, or is not measurable. */
  asReference: Reference | null;
};

/** Tokens whose logits are held at once: 20 MB for a vocabulary of 152,064. */
const CHUNK_TOKENS = 32;

/**
 * How well a loaded model predicts a fixed text, and how far it is from the reference. Random weights are not measurable:
 * their text is noise at every precision. Memory: a chunk of logits, and for a reference 16 KiB a token.
 * Throws `MODEL_INVALID` when the engine gives logits that are no numbers, and what the session throws.
 */
export async function measureQuality(request: QualityRequest): Promise<QualityMeasurement> {
  if (request.model.weights === 'random') return { quality: notMeasurable(request), asReference: null };
  const tally = await evaluateText(request);
  const puzzles = request.puzzles ?? null;
  const accuracy = puzzles === null ? null : await answerAccuracy(request.session, puzzles, request.signal);
  const compared = tally.compared;
  return {
    quality: {
      ...identity(request),
      measurable: true,
      reason: null,
      perplexity: Math.exp(-tally.logprobs / tally.tokens.length),
      klDivergence: compared && compared.divergence / tally.tokens.length,
      top1Agreement: compared && compared.agreements / tally.tokens.length,
      answerAccuracy: accuracy,
      tokens: tally.tokens.length,
    },
    asReference: request.reference
      ? null
      : {
          name: request.model.path,
          tokens: Uint32Array.from(tally.tokens),
          distributions: tally.distributions,
        },
  };
}

const identity = ({ backend, model, reference }: QualityRequest) => ({
  backend,
  quant: model.quant,
  reference: reference?.name ?? null,
});

const notMeasurable = (request: QualityRequest): Quality => ({
  ...identity(request),
  measurable: false,
  reason: 'The weights are random, so every precision predicts noise: not measurable.',
  perplexity: null,
  klDivergence: null,
  top1Agreement: null,
  answerAccuracy: null,
  tokens: null,
});

type Tally = {
  tokens: number[];
  logprobs: number;
  distributions: Distribution[];
  compared: { divergence: number; agreements: number } | null;
};

async function evaluateText({ session, text = EVAL_TEXT, reference, ...request }: QualityRequest): Promise<Tally> {
  const passages = passagesOf(session, text, session.describe().contextTokens);
  const predicted = passages.flatMap((tokens) => tokens.slice(1));
  checkSameTokens(predicted, reference);
  const tally: Tally = {
    tokens: [],
    logprobs: 0,
    distributions: [],
    compared: reference && { divergence: 0, agreements: 0 },
  };
  const sequence = session.openSequence();
  try {
    for (const tokens of passages) {
      await sequence.truncate(0);
      for (let from = 0; from + 1 < tokens.length; from += CHUNK_TOKENS) {
        request.signal?.throwIfAborted();
        const chunk = tokens.slice(from, Math.min(from + CHUNK_TOKENS, tokens.length - 1));
        const rows = await sequence.logits(chunk);
        rows.forEach((row, i) => {
          count(tally, row, tokens[from + i + 1]!, reference);
        });
        request.onProgress?.(tally.tokens.length / predicted.length);
      }
    }
  } finally {
    await sequence.dispose();
  }
  return tally;
}

function count(tally: Tally, logits: Float32Array, target: number, reference: Reference | null): void {
  const logprob = logits[target]! - logSumExp(logits);
  if (Number.isNaN(logprob))
    throw new R1Error(
      'MODEL_INVALID',
      `The model gave logits that are no numbers after ${tally.tokens.length} tokens.`,
    );
  const compared = reference?.distributions[tally.tokens.length];
  if (tally.compared && compared) {
    tally.compared.divergence += klDivergence(compared, logits);
    if (compared.ids[0] === argmax(logits)) tally.compared.agreements++;
  }
  tally.tokens.push(target);
  tally.logprobs += logprob;
  if (reference === null) tally.distributions.push(distributionOf(logits));
}

function checkSameTokens(tokens: readonly number[], reference: Reference | null): void {
  if (tokens.length === 0)
    throw new R1Error('USAGE', 'The evaluation text has no passage of two tokens.', { fix: 'Give a longer text.' });
  if (reference === null) return;
  const isSame = tokens.length === reference.tokens.length && tokens.every((token, i) => token === reference.tokens[i]);
  if (!isSame)
    throw new R1Error(
      'MODEL_INVALID',
      `The model cuts the evaluation text into other tokens than ${reference.name}, so they cannot be compared.`,
      { fix: 'Compare files of the same model: the tokenizer must be the same.' },
    );
}
