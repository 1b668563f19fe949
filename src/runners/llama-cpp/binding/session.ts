import type { EngineDescription, NativeTimer, Sequence, Session } from '../../../core/engine.js';
import { END_KEYS, endTokens } from '../../../formats/tokenizer/special-rules.js';
import { createTokenBytes } from '../../token-bytes.js';
import type { LoadedLlama } from './loaded.js';
import { LlamaSequence } from './sequence.js';

/** Longest wait for the engine's log line, ms: a busy machine delivers it late. */
const LOG_WAIT_MS = 500;

/** A loaded model and context of llama.cpp behind the engine port. */
export class LlamaSession implements Session, NativeTimer {
  private readonly vocabulary: number;
  private readonly ends: number[];
  readonly tokenBytes: Session['tokenBytes'];
  /** node-llama-cpp keeps its sequence ids to itself; it counts up, and gives those that were freed first. */
  private opened = 0;
  private readonly freed: number[] = [];

  constructor(private readonly loaded: LoadedLlama) {
    const { ggml } = loaded.model.fileInfo.metadata.tokenizer;
    const tokens = ggml.tokens as readonly string[];
    this.vocabulary = tokens.length;
    const ids = ggml as unknown as Record<string, number | undefined>;
    this.ends = endTokens(tokens, [loaded.model.tokens.eos, ...END_KEYS.map((name) => ids[`${name}_token_id`])]);
    this.tokenBytes = createTokenBytes({ kind: ggml.model, tokens, types: ggml.token_type as readonly number[] });
  }

  describe(): EngineDescription {
    const { model, context, llama, name, note, variant, candidate, seenThreads, threadCpus } = this.loaded;
    return {
      engine: name,
      variant,
      systemInfo: note === null ? llama.systemInfo : `${note} ${llama.systemInfo}`,
      // The context itself knows one count only: with two, what is asked stands for what was not yet seen.
      threads: seenThreads.decode ?? (candidate.threadsBatch === null ? context.currentThreads : candidate.threads),
      threadsBatch: seenThreads.prefill ?? candidate.threadsBatch ?? context.currentThreads,
      ...(threadCpus ? { threadCpus } : {}),
      vocabulary: this.vocabulary,
      contextTokens: context.contextSize,
      bosToken: model.tokens.shouldPrependBosToken ? model.tokens.bos : null,
      eosTokens: this.ends,
    };
  }

  tokenize(text: string, options: { special: boolean }): number[] {
    return this.loaded.model.tokenize(text, options.special);
  }

  openSequence(): Sequence {
    const id = this.freed.shift() ?? this.opened++;
    return new LlamaSequence(this.loaded, this.vocabulary, id, () => this.freed.push(id));
  }

  /** llama.cpp prints its own performance counters to the log and starts them anew. */
  async takeDecodeMs(): Promise<number | null> {
    const { context, log } = this.loaded;
    log.length = 0;
    await context.printTimings();
    // The log reaches JavaScript through a queue of its own, in its own time.
    for (let waitedMs = 0; waitedMs < LOG_WAIT_MS; waitedMs += 5) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const match = /print:\s+eval time =\s*([\d.]+) ms \//.exec(log.join('\n'));
      if (match) return Number(match[1]);
    }
    return null;
  }

  async dispose(): Promise<void> {
    await this.loaded.context.dispose();
    await this.loaded.model.dispose();
  }
}
