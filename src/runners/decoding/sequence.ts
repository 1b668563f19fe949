import type { KeptSequence, Sampling, Step } from '../../core/engine.js';
import { R1Error } from '../../core/errors.js';
import { sampleToken } from '../../core/sampling.js';

/** What a sequence needs of its session. */
export type SequenceHost = {
  contextTokens: number;
  /** Most tokens in one evaluation behind `past` cached ones. */
  chunkTokens(past: number): number;
  /** Tokens whose logits are asked for in one evaluation at most, so that they fit in memory. */
  logitRows: number;
  /** Evaluates tokens behind `past` cached ones and gives the wanted rows of logits. */
  evaluate(past: number, tokens: readonly number[], rows: 'last' | 'all'): Promise<Float32Array[]>;
  /** Absent where the engine cannot keep a cache in a file. */
  saveState?(path: string, tokens: readonly number[]): Promise<void>;
  loadState?(path: string): Promise<number[]>;
  close(): void;
};

/** One sequence of a decoder's session. Calls must follow one another; a second one at the same time is refused. */
export class DecoderSequence implements KeptSequence {
  readonly #host: SequenceHost;
  #tokens: number[] = [];
  /** How often each token was generated since the last prefill or cut, for the penalties. */
  #counts = new Map<number, number>();
  #sampled: number | null = null;
  #underWay: Promise<unknown> | null = null;
  #isClosed = false;

  constructor(host: SequenceHost) {
    this.#host = host;
  }

  get tokens(): readonly number[] {
    return this.#tokens;
  }

  truncate(count: number): Promise<void> {
    return this.#exclusively(async () => {
      if (count < this.#tokens.length) this.#tokens.length = Math.max(0, count);
      this.#forgetGenerated();
    });
  }

  prefill(
    tokens: readonly number[],
    options: { signal?: AbortSignal; onBatch?: (done: number) => void } = {},
  ): Promise<void> {
    return this.#exclusively(async () => {
      this.#forgetGenerated();
      this.#checkRoom(tokens.length);
      for (const part of this.#chunks(tokens)) {
        options.signal?.throwIfAborted();
        await this.#evaluate(part.tokens, 'last');
        options.onBatch?.(part.end);
      }
    });
  }

  step(
    tokens: readonly number[],
    sampling: Sampling,
    options: { logprobs?: number; allowed?: (token: number) => boolean } = {},
  ): Promise<Step> {
    return this.#exclusively(async () => {
      this.#checkRoom(tokens.length);
      if (tokens.length === 0) throw new R1Error('INTERNAL', 'A decode step was asked for without a token.');
      if (tokens.length > 1 || tokens[0] !== this.#sampled) this.#forgetGenerated();
      let row: Float32Array | undefined;
      for (const part of this.#chunks(tokens)) [row] = await this.#evaluate(part.tokens, 'last');
      const step = sampleToken(row!, sampling, { ...options, position: this.#tokens.length, counts: this.#counts });
      this.#sampled = step.token;
      this.#counts.set(step.token, (this.#counts.get(step.token) ?? 0) + 1);
      return step;
    });
  }

  logits(tokens: readonly number[]): Promise<Float32Array[]> {
    return this.#exclusively(async () => {
      this.#forgetGenerated();
      this.#checkRoom(tokens.length);
      const rows: Float32Array[] = [];
      for (const part of this.#chunks(tokens, this.#host.logitRows))
        for (const row of await this.#evaluate(part.tokens, 'all')) rows.push(row);
      return rows;
    });
  }

  get canKeepState(): boolean {
    return this.#host.saveState !== undefined;
  }

  saveState(path: string): Promise<void> {
    return this.#exclusively(async () => {
      if (!this.#host.saveState) throw new R1Error('INTERNAL', 'This engine cannot keep a cache in a file.');
      await this.#host.saveState(path, this.#tokens);
    });
  }

  loadState(path: string): Promise<void> {
    return this.#exclusively(async () => {
      if (!this.#host.loadState) throw new R1Error('INTERNAL', 'This engine cannot keep a cache in a file.');
      this.#forgetGenerated();
      this.#tokens = [];
      this.#tokens = await this.#host.loadState(path);
    });
  }

  /** Stops the call under way after the evaluation that runs: until then its place must not go to another sequence. */
  async dispose(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#underWay?.catch(() => {});
    this.#host.close();
  }

  /** Pieces that are evaluated in one go each; asked for one by one, as the cache fills. */
  *#chunks(tokens: readonly number[], most = Number.POSITIVE_INFINITY) {
    for (let from = 0; from < tokens.length; ) {
      const end = Math.min(tokens.length, from + Math.min(most, this.#host.chunkTokens(this.#tokens.length)));
      yield { tokens: tokens.slice(from, end), end };
      from = end;
    }
  }

  async #evaluate(tokens: readonly number[], rows: 'last' | 'all'): Promise<Float32Array[]> {
    this.#checkOpen();
    const found = await this.#host.evaluate(this.#tokens.length, tokens, rows);
    for (const token of tokens) this.#tokens.push(token);
    return found;
  }

  #forgetGenerated(): void {
    this.#counts.clear();
    this.#sampled = null;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new R1Error('INTERNAL', 'The sequence is closed.');
  }

  #checkRoom(count: number): void {
    const { contextTokens } = this.#host;
    if (this.#tokens.length + count > contextTokens)
      throw new R1Error(
        'USAGE',
        `The context holds ${contextTokens} tokens; ${this.#tokens.length} are in it and ${count} more were given.`,
        { fix: 'Give a larger context, or a shorter prompt.' },
      );
  }

  async #exclusively<Result>(act: () => Promise<Result>): Promise<Result> {
    this.#checkOpen();
    if (this.#underWay) throw new R1Error('INTERNAL', 'The sequence is busy: one call at a time.');
    const call = act();
    this.#underWay = call;
    try {
      return await call;
    } finally {
      this.#underWay = null;
    }
  }
}
