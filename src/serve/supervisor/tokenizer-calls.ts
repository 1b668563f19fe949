import type { FromWorker, ToWorker } from '../protocol.js';
import { Refusal } from '../refusal.js';
import type { Worker } from './worker.js';

type Asked = Extract<ToWorker, { type: 'tokenize' | 'detokenize' }>;
type Ask = Omit<Extract<Asked, { type: 'tokenize' }>, 'id'> | Omit<Extract<Asked, { type: 'detokenize' }>, 'id'>;
type Answer = Extract<FromWorker, { type: 'tokens' | 'pieces' | 'tokenize-failed' }>;

type Call = {
  worker: Worker | undefined;
  ask: Ask;
  resolve: (answer: Answer) => void;
  reject: (error: Refusal) => void;
};

/** Asks a vocabulary through whichever worker is ready; a call outlives the death of its worker. */
export class TokenizerCalls {
  private readonly calls = new Map<number, Call>();
  private nextId = 0;

  constructor(private readonly workers: () => readonly Worker[]) {}

  ask(ask: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.calls.set(this.nextId++, { worker: undefined, ask, resolve, reject });
      this.pump();
    });
  }

  pendingOf(worker: Worker): number {
    return [...this.calls.values()].filter((call) => call.worker === worker).length;
  }

  pump(): void {
    const ready = this.workers().filter((worker) => worker.state === 'ready' && !worker.isRetired);
    const worker = ready.sort((a, b) => a.active.size - b.active.size)[0];
    if (!worker) return;
    for (const [id, call] of this.calls) {
      if (call.worker) continue;
      call.worker = worker;
      worker.send({ ...call.ask, id } as Asked);
    }
  }

  handle(message: Answer): void {
    const call = this.calls.get(message.id);
    this.calls.delete(message.id);
    if (message.type !== 'tokenize-failed') call?.resolve(message);
    else call?.reject(new Refusal('engine', `The text could not be tokenized: ${message.message}`));
  }

  abandon(worker: Worker): void {
    for (const call of this.calls.values()) if (call.worker === worker) call.worker = undefined;
    this.pump();
  }

  refuseAll(refusal: Refusal): void {
    for (const call of this.calls.values()) call.reject(refusal);
    this.calls.clear();
  }
}
