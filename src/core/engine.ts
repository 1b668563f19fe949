import type { Candidate } from './candidate.js';
import type { KnobValue } from './knobs.js';
import type { ModelFile } from './model.js';

/**
 * The port between a child process and an inference engine. A trial and a server worker use the same port,
 * so that what is measured is what is served. Implementations live in src/runners/<backend>.
 */

export type LoadRequest = {
  model: ModelFile;
  candidate: Candidate;
  /** Context length of each sequence, tokens. */
  contextTokens: number;
  /** Sequences that can be open at once. */
  sequences: number;
  /** Called with 0…1 while weights load. */
  onProgress?: (share: number) => void;
  /** Stops the load, which then throws the signal's reason. Engines that cannot stop load to the end first. */
  signal?: AbortSignal;
};

export interface Engine {
  load(request: LoadRequest): Promise<Session>;
}

export type ThreadPriority = KnobValue<'priority'>;
export type ThreadCpus = { first: string; others: string };

export type EngineDescription = {
  /** Engine name and version, for example "llama.cpp v0.5.0 (node-llama-cpp 3.22.1)". */
  engine: string;
  /** CPU kernel build in use, or null when the engine does not say. */
  variant: string | null;
  systemInfo: string | null;
  threads: number;
  threadsBatch: number;
  /** CPUs of the thread that drives each evaluation and of its helpers, as kernel lists, when they were placed apart. */
  threadCpus?: ThreadCpus;
  /** Priority of the thread that drives each evaluation, as the kernel has it; null where it does not say. */
  threadPriority?: ThreadPriority | null;
  /** Settings in force, by the engine's own names, as it gives them back. Absent where it does not. */
  properties?: Readonly<Record<string, string>>;
  vocabulary: number;
  contextTokens: number;
  /** Put in front of a text; null when the vocabulary says not to. */
  bosToken: number | null;
  /** All tokens that end an answer. */
  eosTokens: number[];
};

export interface Session {
  describe(): EngineDescription;
  tokenize(text: string, options: { special: boolean }): number[];
  /** The bytes of one token; UTF-8 characters may be split over tokens, so bytes, not text. Special tokens give no bytes unless asked. */
  tokenBytes(token: number, options: { special: boolean }): Uint8Array;
  openSequence(): Sequence;
  dispose(): Promise<void>;
}

export type Sampling = {
  /** 0 is greedy. */
  temperature: number;
  topP: number;
  /** 0 is off. */
  topK: number;
  /** 0 is off. */
  minP: number;
  seed: number;
  /** Penalties as in the OpenAI API, −2 to 2; 0 is off. */
  frequencyPenalty?: number;
  presencePenalty?: number;
  /** Divides positive logits of generated tokens and multiplies negative ones (Keskar et al. 2019, CTRL); 1 is off. */
  repetitionPenalty?: number;
  /** Token id → added logit. */
  logitBias?: Readonly<Record<number, number>>;
};

export const GREEDY: Sampling = { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 0 };

export type Step = {
  token: number;
  /** Natural logarithm of the probability, under the model at temperature 1, when asked for. */
  logprob?: number;
  topLogprobs?: { token: number; logprob: number }[];
};

/**
 * Tokens that may be sampled next (schema-bound decoding). Asked for single tokens, which is cheap for a few likely ones; or
 * for all of them at once as bits, token t being bit t % 32 of word t / 32. Undefined when the set is not known as a whole.
 */
export type AllowedTokens = ((token: number) => boolean) & { bits?: () => Uint32Array | undefined };

/** One conversation state inside a loaded model: a KV cache and the tokens in it. */
export interface Sequence {
  /** Tokens in the KV cache. */
  readonly tokens: readonly number[];
  /** Keeps the first `count` tokens and forgets the rest (prefix reuse). */
  truncate(count: number): Promise<void>;
  /** Evaluates tokens without sampling. Stops between batches when aborted (throws the signal's reason). */
  prefill(
    tokens: readonly number[],
    options?: { signal?: AbortSignal; onBatch?: (done: number) => void },
  ): Promise<void>;
  /**
   * Evaluates `tokens` (at least one) and samples the next one: one decode step.
   * With `allowed`, no other token may be sampled.
   */
  step(
    tokens: readonly number[],
    sampling: Sampling,
    options?: { logprobs?: number; allowed?: AllowedTokens },
  ): Promise<Step>;
  /** Logits after each of the given tokens, as one row of `vocabulary` floats a token. For perplexity; not fast. */
  logits(tokens: readonly number[]): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** A sequence whose cache can be kept in a file: a prompt that was evaluated once need not be evaluated again. */
export interface KeptSequence extends Sequence {
  /** False where the engine cannot. */
  readonly canKeepState: boolean;
  /** Writes the tokens and their cache to a file; a file of that name is replaced when the new one is whole. */
  saveState(path: string): Promise<void>;
  /**
   * Takes tokens and cache from such a file. It must come from the same model, engine and cache type: the engine notices
   * other shapes, not other weights. Throws `INTERNAL` when the file is refused; the sequence is then empty.
   */
  loadState(path: string): Promise<void>;
}
export const canKeepState = (sequence: Sequence): sequence is KeptSequence =>
  'canKeepState' in sequence && (sequence as KeptSequence).canKeepState;

/** The engine's own clock for work done natively, for the harness-overhead figure. */
export interface NativeTimer {
  /** Total ms inside native decode since the last call, or null when the engine does not say. */
  takeDecodeMs(): Promise<number | null>;
}
export const hasNativeTimer = (session: Session): session is Session & NativeTimer => 'takeDecodeMs' in session;
