import { shortHash } from '../../core/canonical.js';
import type { Clock } from '../../core/ports.js';
import type { FromWorker } from '../protocol.js';
import { Refusal } from '../refusal.js';
import { createFairQueue } from './fair-queue.js';
import type { FleetObserver } from './observer.js';
import { isSuspect, type Ticket } from './ticket.js';
import type { Worker } from './worker.js';

/** Shorter answers say little about speed. */
const TOKENS_THAT_TELL_SPEED = 16;
const QUARANTINE_MS = 10 * 60_000;

type TicketMessage = Extract<FromWorker, { type: 'started' | 'prefilled' | 'echo' | 'step' | 'done' | 'failed' }>;

/** Brings queued tickets to workers with a free sequence and events back, over deaths of workers. */
export class Dispatcher {
  private readonly queue = createFairQueue<Ticket>();
  private readonly owners = new Map<Ticket, Worker>();
  /** Requests that killed two workers, by hash, with the time until which they are refused. */
  private readonly quarantine = new Map<string, number>();

  constructor(
    private readonly workers: () => readonly Worker[],
    private readonly clock: Clock,
    private readonly observer: FleetObserver,
  ) {}

  get queued(): Ticket[] {
    return this.queue.items();
  }

  get running(): Ticket[] {
    return [...this.owners.keys()].filter((ticket) => ticket.state === 'running');
  }

  /** Throws a `quarantined` refusal for a request that killed workers before. */
  submit(ticket: Ticket): void {
    const until = this.quarantine.get(requestHash(ticket));
    if (until !== undefined && until > this.clock.monotonicMs())
      throw new Refusal(
        'quarantined',
        'This request ended two worker processes and is not tried again for ten minutes.',
      );
    this.queue.push(ticket.tenant, ticket);
    this.pump();
  }

  /** No event follows. Its sequence is free again when the worker says so. */
  cancel(ticket: Ticket): void {
    if (ticket.state === 'ended') return;
    this.observer.cancelled(ticket.state === 'queued' ? 'queued' : ticket.phase);
    this.queue.remove(ticket);
    ticket.state = 'ended';
    this.owners.get(ticket)?.send({ type: 'cancel', id: ticket.id });
  }

  setPaused(ticket: Ticket, isPaused: boolean): void {
    if (ticket.isPaused === isPaused || ticket.state === 'ended') return;
    ticket.isPaused = isPaused;
    ticket.isAlone = false;
    const owner = this.owners.get(ticket);
    if (!owner) return;
    owner.progressMs = this.clock.monotonicMs();
    owner.send({ type: isPaused ? 'pause' : 'resume', id: ticket.id });
  }

  /** Refuses everything that waits. */
  refuseQueued(refusal: Refusal): void {
    for (const ticket of this.queue.items()) {
      this.queue.remove(ticket);
      this.fail(ticket, refusal);
    }
  }

  pump(): void {
    for (;;) {
      const open = this.workers().filter((w) => w.freeSlots > 0 && ![...w.active.values()].some(isSuspect));
      const hasIdle = open.some((worker) => worker.active.size === 0);
      if (open.length === 0) return;
      const ticket = this.queue.take((candidate) => hasIdle || !isSuspect(candidate));
      if (!ticket) return;
      this.dispatch(ticket, choose(open, ticket));
    }
  }

  handle(worker: Worker, message: TicketMessage): void {
    worker.progressMs = this.clock.monotonicMs();
    const ticket = worker.active.get(message.id);
    if (!ticket) return;
    if (message.type === 'done' || message.type === 'failed') this.release(worker, ticket);
    if (ticket.state !== 'ended') this.forward(ticket, message);
    this.pump();
  }

  /** The worker is gone: what it ran goes on elsewhere, once; a request that loses two workers is given up. */
  abandon(worker: Worker): void {
    for (const ticket of [...worker.active.values()].reverse()) {
      this.release(worker, ticket);
      if (ticket.state === 'ended') continue;
      ticket.deaths++;
      if (ticket.deaths > 1) this.giveUp(ticket);
      else {
        ticket.state = 'queued';
        this.observer.resumed();
        this.queue.pushFront(ticket);
      }
    }
    this.pump();
  }

  private dispatch(ticket: Ticket, worker: Worker): void {
    const nowMs = this.clock.monotonicMs();
    if (worker.active.size === 0) worker.progressMs = nowMs;
    ticket.isAlone &&= worker.active.size === 0;
    for (const other of worker.active.values()) other.isAlone = false;
    Object.assign(ticket, { state: 'running', phase: 'prefill', stepsSinceStart: 0 });
    if (ticket.startedMs === undefined) this.observer.dequeued(nowMs - ticket.enqueuedMs);
    ticket.startedMs ??= nowMs;
    worker.active.set(ticket.id, ticket);
    this.owners.set(ticket, worker);
    const { id, tenant, parameters } = ticket;
    worker.send({ type: 'generate', id, tenant, prompt: [...ticket.prompt], emitted: [...ticket.emitted], parameters });
    if (ticket.isPaused) worker.send({ type: 'pause', id });
  }

  private forward(ticket: Ticket, message: TicketMessage): void {
    if (message.type === 'started') ticket.sink.started(message.cachedTokens);
    if (message.type === 'echo') ticket.sink.echo?.(message.logprobs);
    if (message.type === 'step') {
      ticket.phase = 'decode';
      ticket.stepsSinceStart++;
      for (const token of message.tokens) ticket.emitted.push(token);
      ticket.sink.step(message);
    }
    if (message.type === 'done') {
      ticket.state = 'ended';
      const { decodeTokens, decodeMs } = message.timings;
      if (ticket.isAlone && decodeTokens >= TOKENS_THAT_TELL_SPEED && decodeMs > 0)
        this.observer.soloDecode((decodeTokens / decodeMs) * 1000);
      ticket.sink.done(message);
    }
    if (message.type === 'failed') this.fail(ticket, failureOf(message));
  }

  private release(worker: Worker, ticket: Ticket): void {
    worker.active.delete(ticket.id);
    worker.remember(ticket);
    this.owners.delete(ticket);
  }

  private giveUp(ticket: Ticket): void {
    this.quarantine.set(requestHash(ticket), this.clock.monotonicMs() + QUARANTINE_MS);
    this.fail(ticket, new Refusal('workerLost', 'Two worker processes ended while they ran this request.'));
  }

  private fail(ticket: Ticket, refusal: Refusal): void {
    ticket.state = 'ended';
    ticket.sink.failed(refusal);
  }
}

const failureOf = ({ fault, message }: Extract<FromWorker, { type: 'failed' }>): Refusal =>
  fault === 'schema'
    ? new Refusal('schemaCost', message)
    : new Refusal('engine', `The engine could not go on: ${message}`);

/** Most of the prompt in its KV cache first, then the least busy. A suspect needs a worker of its own. */
function choose(open: readonly Worker[], ticket: Ticket): Worker {
  const fit = isSuspect(ticket) ? open.filter((worker) => worker.active.size === 0) : open;
  const ranked = fit.map((worker) => ({ worker, affinity: worker.affinity(ticket) }));
  ranked.sort((a, b) => b.affinity - a.affinity || a.worker.active.size - b.worker.active.size);
  return ranked[0]!.worker;
}

const requestHash = ({ tenant, prompt, parameters }: Ticket): string =>
  shortHash({ tenant, prompt, parameters: { ...parameters, sampling: { ...parameters.sampling, seed: 0 } } }, 32);
