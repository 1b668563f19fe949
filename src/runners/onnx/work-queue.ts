import type { Decoder, Work } from './decoder.js';

type Waiting = { work: Work; resolve: (rows: Float32Array[]) => void; reject: (error: unknown) => void };

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
    if (this.#closed) return Promise.reject(new Error('The ONNX session is closed.'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      this.#pump ??= this.#run();
    });
  }

  /** Refuses what waits and lets the running evaluation end. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('The ONNX session was closed.'));
    await this.#pump;
  }

  async #run(): Promise<void> {
    await turnOfTheLoop();
    for (let batch = this.#takeBatch(); batch.length > 0; batch = this.#takeBatch()) {
      try {
        const { rows } = await this.#decoder.evaluate(batch.map(({ work }) => work));
        batch.forEach(({ resolve }, i) => {
          resolve(rows[i]!);
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      await turnOfTheLoop();
    }
    this.#pump = null;
  }

  /** The first in the queue, with other one-token works when it is one itself. */
  #takeBatch(): Waiting[] {
    const isStep = ({ work }: Waiting): boolean => work.tokens.length === 1 && work.rows === 'last';
    const [first] = this.#waiting;
    if (first === undefined) return [];
    const batch = isStep(first) ? this.#waiting.filter(isStep).slice(0, this.#decoder.mostTogether) : [first];
    this.#waiting = this.#waiting.filter((waiting) => !batch.includes(waiting));
    return batch;
  }
}

const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
