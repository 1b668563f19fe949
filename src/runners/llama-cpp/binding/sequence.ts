import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { canonicalJson } from '../../../core/canonical.js';
import type { Sampling, Sequence, Step } from '../../../core/engine.js';
import { sampleToken } from '../../../core/sampling.js';
import type { LoadedLlama } from './loaded.js';

type Stepper = { key: string; iterator: AsyncGenerator<Token, void, undefined | Token | Token[]> };

/** One sequence of a llama.cpp context. */
export class LlamaSequence implements Sequence {
  private readonly sequence: LlamaContextSequence;
  private stepper: Stepper | null = null;
  /** Where the generated part begins: penalties count only tokens from here on. */
  private generatedFrom: number | null = null;

  constructor(
    private readonly loaded: LoadedLlama,
    private readonly vocabulary: number,
    /** The engine's number of it. */
    private readonly id: number,
    private readonly onDispose: () => void,
  ) {
    this.sequence = loaded.context.getSequence();
  }

  get tokens(): readonly number[] {
    return this.sequence.contextTokens;
  }

  async truncate(count: number): Promise<void> {
    this.generatedFrom = null;
    const end = this.sequence.nextTokenIndex;
    if (count < end) await this.sequence.eraseContextTokenRanges([{ start: count, end }]);
  }

  async prefill(
    tokens: readonly number[],
    options: { signal?: AbortSignal; onBatch?: (done: number) => void } = {},
  ): Promise<void> {
    const { batchSize } = this.loaded.context;
    for (let from = 0; from < tokens.length; from += batchSize) {
      options.signal?.throwIfAborted();
      const batch = tokens.slice(from, from + batchSize);
      this.useThreads(batch.length);
      await this.sequence.evaluateWithoutGeneratingNewTokens(batch as Token[]);
      this.noteThreads(batch.length);
      options.onBatch?.(from + batch.length);
    }
  }

  async step(
    tokens: readonly number[],
    sampling: Sampling,
    options: { logprobs?: number; allowed?: (token: number) => boolean } = {},
  ): Promise<Step> {
    this.useThreads(tokens.length);
    const needsLogits =
      options.logprobs !== undefined ||
      options.allowed !== undefined ||
      sampling.logitBias !== undefined ||
      Boolean(sampling.frequencyPenalty || sampling.presencePenalty) ||
      (sampling.repetitionPenalty ?? 1) !== 1;
    const step = await this.loaded.together(this.id, async () =>
      needsLogits ? this.stepWithLogits(tokens, sampling, options) : { token: await this.stepNative(tokens, sampling) },
    );
    this.noteThreads(tokens.length);
    return step;
  }

  async logits(tokens: readonly number[]): Promise<Float32Array[]> {
    this.useThreads(tokens.length);
    return this.logitsAfter(tokens, 0);
  }

  async dispose(): Promise<void> {
    await this.closeStepper();
    this.sequence.dispose();
    this.onDispose();
  }

  /** Decode and prefill may have different thread counts: the engine's public cap is moved between evaluations. */
  private useThreads(tokens: number): void {
    const { candidate, llama } = this.loaded;
    if (candidate.threadsBatch === null) return;
    llama.maxThreads = tokens > 1 ? candidate.threadsBatch : candidate.threads;
  }

  /** What the engine really took, for the proof that a trial gives of its thread counts. */
  private noteThreads(tokens: number): void {
    const { seenThreads, context } = this.loaded;
    seenThreads[tokens > 1 ? 'prefill' : 'decode'] = context.currentThreads;
  }

  /** The engine's own sampler; one generator stays open while the sampling settings stay the same. */
  private async stepNative(tokens: readonly number[], sampling: Sampling): Promise<number> {
    const key = canonicalJson(sampling);
    if (this.stepper?.key !== key) await this.openStepper(key, tokens, sampling);
    const { value, done } = await this.stepper!.iterator.next(tokens as Token[]);
    if (done) throw new Error('llama.cpp gave no token');
    return value;
  }

  private async openStepper(key: string, tokens: readonly number[], sampling: Sampling): Promise<void> {
    await this.closeStepper();
    const { temperature, topK, topP, minP, seed } = sampling;
    const iterator = this.sequence.evaluate(tokens as Token[], {
      temperature,
      topK,
      topP,
      minP,
      seed,
      yieldEogToken: true,
    });
    this.stepper = { key, iterator };
  }

  private async closeStepper(): Promise<void> {
    await this.stepper?.iterator.return();
    this.stepper = null;
  }

  /** Sampling in JavaScript over the engine's logits: log-probabilities, constraints, biases and penalties. */
  private async stepWithLogits(
    tokens: readonly number[],
    sampling: Sampling,
    options: { logprobs?: number; allowed?: (token: number) => boolean },
  ): Promise<Step> {
    this.generatedFrom ??= this.sequence.nextTokenIndex + tokens.length;
    const row = (await this.logitsAfter(tokens, tokens.length - 1))[tokens.length - 1]!;
    const position = this.sequence.nextTokenIndex;
    const counts = new Map<number, number>();
    for (const token of this.sequence.contextTokens.slice(this.generatedFrom))
      counts.set(token, (counts.get(token) ?? 0) + 1);
    return sampleToken(row, sampling, { position, counts, ...options });
  }

  /** Evaluates all tokens; logits of those from index `from` on, at the same index. */
  private async logitsAfter(tokens: readonly number[], from: number): Promise<Float32Array[]> {
    const input = tokens.map((token, i) =>
      i < from ? (token as Token) : ([token as Token, { generateNext: { logits: true as const } }] as [Token, object]),
    );
    const output = await this.sequence.controlledEvaluate(input);
    const rows: Float32Array[] = [];
    for (let i = from; i < tokens.length; i++) {
      const row = new Float32Array(this.vocabulary);
      for (const [token, logit] of output[i]!.next.logits!) row[token] = logit;
      rows[i] = row;
    }
    return rows;
  }
}
