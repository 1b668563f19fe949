import type { Decoder, Work } from './decoder.js';

type Waiting = { resolve: (result: unknown) => void; reject: (error: unknown) => void } & (
  | { work: Work }
  | { act: () => Promise<unknown> }
);
type WaitingWork = Waiting & { work: Work };

/**
 * One evaluation at a time, first come, first served; one-token works that wait together are evaluated together.
 * Between evaluations the event loop gets a turn: sequences that just got their token can queue the next one, and a
 * server's messages (a cancel, a new request) are read.
 */
export class WorkQueue {
  readonly #decoder: Pick<Decoder, 'mostTogether' | 'evaluate'>;
  #waiting: Waiting[] = [];
  #pump: Promise<void> | null = null;
  #closed = false;

  constructor(decoder: Pick<Decoder, 'mostTogether' | 'evaluate'>) {
    this.#decoder = decoder;
  }

  evaluate(work: Work): Promise<Float32Array[]> {
    return this.#add({ work });
  }

  /** Does something in its turn, while the decoder evaluates nothing. */
  alone<Result>(act: () => Promise<Result>): Promise<Result> {
    return this.#add({ act });
  }

  /** Refuses what waits and lets the running evaluation end. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('The session was closed.'));
    await this.#pump;
  }

  #add<Result>(what: { work: Work } | { act: () => Promise<unknown> }): Promise<Result> {
    if (this.#closed) return Promise.reject(new Error('The session is closed.'));
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ ...what, resolve: resolve as (result: unknown) => void, reject });
      this.#pump ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    await turnOfTheLoop();
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      if ('work' in first) await this.#evaluateBatch(first as WaitingWork);
      else await this.#act(first);
      await turnOfTheLoop();
    }
    this.#pump = null;
  }

  async #act(waiting: Waiting & { act: () => Promise<unknown> }): Promise<void> {
    this.#waiting.shift();
    await waiting.act().then(waiting.resolve, waiting.reject);
  }

  async #evaluateBatch(first: WaitingWork): Promise<void> {
    const batch = this.#takeBatch(first);
    try {
      const { rows } = await this.#decoder.evaluate(batch.map(({ work }) => work));
      batch.forEach(({ resolve }, i) => {
        resolve(rows[i]);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  /** The first in the queue, with other one-token works when it is one itself. */
  #takeBatch(first: WaitingWork): WaitingWork[] {
    const isStep = (waiting: Waiting): waiting is WaitingWork =>
      'work' in waiting && waiting.work.tokens.length === 1 && waiting.work.rows === 'last';
    const batch = isStep(first) ? this.#waiting.filter(isStep).slice(0, this.#decoder.mostTogether) : [first];
    this.#waiting = this.#waiting.filter((waiting) => !batch.includes(waiting as WaitingWork));
    return batch;
  }
}

const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
