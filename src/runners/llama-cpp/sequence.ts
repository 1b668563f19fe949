import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { canonicalJson } from '../../core/canonical.js';
import type { Sampling, Sequence, Step } from '../../core/engine.js';
import { chooseToken } from './choose-token.js';
import type { LoadedLlama } from './session.js';

type Stepper = { key: string; iterator: AsyncGenerator<Token, void, undefined | Token | Token[]> };

/** One sequence of a llama.cpp context. */
export class LlamaSequence implements Sequence {
  private readonly sequence: LlamaContextSequence;
  private stepper: Stepper | null = null;

  constructor(
    private readonly loaded: LoadedLlama,
    private readonly vocabulary: number,
  ) {
    this.sequence = loaded.context.getSequence();
  }

  get tokens(): readonly number[] {
    return this.sequence.contextTokens;
  }

  async truncate(count: number): Promise<void> {
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
      Boolean(sampling.frequencyPenalty || sampling.presencePenalty);
    return needsLogits
      ? this.stepWithLogits(tokens, sampling, options)
      : { token: await this.stepNative(tokens, sampling) };
  }

  async logits(tokens: readonly number[]): Promise<Float32Array[]> {
    this.useThreads(tokens.length);
    const input = tokens.map(
      (token) => [token as Token, { generateNext: { logits: true as const } }] as [Token, object],
    );
    const output = await this.sequence.controlledEvaluate(input);
    return tokens.map((_, i) => {
      const row = new Float32Array(this.vocabulary);
      for (const [token, logit] of output[i]!.next.logits!) row[token] = logit;
      return row;
    });
  }

  async dispose(): Promise<void> {
    await this.closeStepper();
    this.sequence.dispose();
  }

  /** Decode and prefill may have different thread counts: the engine's public cap is moved between evaluations. */
  private useThreads(tokens: number): void {
    const { candidate, llama } = this.loaded;
    if (candidate.threadsBatch === null) return;
    llama.maxThreads = tokens > 1 ? candidate.threadsBatch : candidate.threads;
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
    const history = [...this.sequence.contextTokens, ...tokens];
    const last = tokens.at(-1) as Token;
    const output = await this.sequence.controlledEvaluate([
      ...(tokens.slice(0, -1) as Token[]),
      [last, { generateNext: { logits: true, options: { temperature: 0 } } }],
    ]);
    const logits = output[tokens.length - 1]!.next.logits!;
    return chooseToken(logits, history, sampling, options);
  }
}
