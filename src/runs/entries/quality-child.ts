import type { ModelArm } from '../../core/backends.js';
import { baseCandidate } from '../../core/candidate.js';
import type { Quality } from '../../core/run-result.js';
import { measureQuality } from '../../quality/measure-quality.js';
import type { Reference } from '../../quality/reference.js';
import { enginePlaces, loadEngine } from '../../runners/index.js';
import { type QualityChildRequest, type QualityReply, qualityRequestSchema } from './quality-protocol.js';

/**
 * The program that measures quality: every file of one model after another, the most precise first, because the others
 * are compared with what it answered. One child for all, as nothing here is timed.
 */

/** Room for a passage of the text or for a puzzle with its thoughts. */
const CONTEXT_TOKENS = 2048;
const ANSWER_TOKENS = 1024;

const send = (reply: QualityReply): Promise<void> =>
  new Promise((resolve) => process.send!(reply, undefined, undefined, () => resolve()));

async function measureArm({ backend, model }: ModelArm, request: QualityChildRequest, reference: Reference | null) {
  const engine = await loadEngine(backend, enginePlaces(process.env));
  const candidate = baseCandidate(backend, model.quant, request.threads);
  const contextTokens = Math.min(CONTEXT_TOKENS, model.contextLength);
  const session = await engine.load({ model, candidate, contextTokens, sequences: 1 });
  try {
    const puzzles =
      request.puzzles === 0
        ? null
        : { count: request.puzzles, seed: 1, answerTokens: Math.min(ANSWER_TOKENS, contextTokens - 256) };
    const onProgress = (share: number): void =>
      void send({ type: 'progress', what: `Quality of ${backend} ${model.quant}`, share });
    const text = request.text === undefined ? {} : { text: request.text };
    return await measureQuality({ session, model, backend, reference, puzzles, onProgress, ...text });
  } finally {
    await session.dispose();
  }
}

const failed = ({ backend, model }: ModelArm, error: unknown): Quality => ({
  backend,
  quant: model.quant,
  measurable: false,
  reason: `it could not be measured: ${(error as Error).message}`,
  reference: null,
  perplexity: null,
  klDivergence: null,
  top1Agreement: null,
  answerAccuracy: null,
  tokens: null,
});

async function measureAll(request: QualityChildRequest): Promise<void> {
  let reference: Reference | null = null;
  for (const arm of [...request.arms].sort((a, b) => b.model.bytesPerToken - a.model.bytesPerToken)) {
    try {
      const { quality, asReference } = await measureArm(arm, request, reference);
      reference ??= asReference;
      await send({ type: 'quality', quality });
    } catch (error) {
      await send({ type: 'quality', quality: failed(arm, error) });
    }
  }
  await send({ type: 'done' });
}

process.on('disconnect', () => process.exit(1));
process.once(
  'message',
  (message) => void measureAll(qualityRequestSchema.parse(message)).finally(() => process.exit(0)),
);
