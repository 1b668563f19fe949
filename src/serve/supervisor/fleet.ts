import type { ChildProcess } from 'node:child_process';
import type { Candidate } from '../../core/candidate.js';
import { ERRORS, type ErrorCode, R1Error } from '../../core/errors.js';
import type { ModelFile } from '../../core/model.js';
import type { Clock } from '../../core/ports.js';
import { replicaOf } from '../../core/replica.js';
import type { FromWorker, Segment } from '../protocol.js';
import { Refusal } from '../refusal.js';
import { Dispatcher } from './dispatcher.js';
import type { FleetObserver } from './observer.js';
import { createRestartPolicy, type RestartPolicy } from './restart-policy.js';
import { type Signs, Silence } from './silence.js';
import type { Ticket } from './ticket.js';
import { TokenizerCalls } from './tokenizer-calls.js';
import { type HangLimits, hangReason } from './watchdog.js';
import { type ReadyMessage, Worker } from './worker.js';

export type FleetPlan = {
  model: ModelFile;
  /** Every knob, as in the profile: `replicas` worker processes of `sequences` sequences each. */
  candidate: Candidate;
  contextTokens: number;
  hang: HangLimits;
  /** Decode speed of one request alone that the profile promises, tok/s. */
  expectedDecodeRate: number;
};

export type FleetDeps = {
  spawnWorker: (candidate: Candidate, index: number) => ChildProcess;
  /** What of the candidate's binding and allocator did not take effect, in words. */
  bindingFaults: (candidate: Candidate, effective: ReadyMessage['effective']) => string[];
  /** Keeps the server's own thread off the CPUs of the workers' event loops, where a message would hold up its sender. */
  keepOff: (cpus: readonly number[]) => void;
  /** What the system says of a worker's process; undefined where it says nothing. */
  signsOf: (pid: number) => Signs | undefined;
  clock: Clock;
  observer: FleetObserver;
  /** The fleet cannot serve any more. */
  onBroken: (error: R1Error) => void;
};

const TICK_MS = 250;

/** The worker processes of a server: started, watched, restarted, replaced and ended here. */
export class Fleet {
  readonly dispatcher: Dispatcher;
  readonly tokenizer: TokenizerCalls;
  state: 'loading' | 'serving' | 'broken' | 'stopped' = 'loading';
  /** What the engine last said about itself; undefined until a worker was ready. */
  description: ReadyMessage | undefined;
  private workers: Worker[] = [];
  private readonly policies = new Map<number, RestartPolicy>();
  private readonly waiting = new Map<number, { resolve: () => void; reject: (error: R1Error) => void }>();

  constructor(
    private plan: FleetPlan,
    private readonly deps: FleetDeps,
  ) {
    this.dispatcher = new Dispatcher(() => this.workers, deps.clock, deps.observer);
    this.tokenizer = new TokenizerCalls(() => this.workers);
  }

  get current(): { plan: FleetPlan; workers: readonly Worker[] } {
    return { plan: this.plan, workers: this.workers };
  }

  /** At least one worker takes requests now. */
  get isUp(): boolean {
    return this.workers.some((worker) => worker.state === 'ready');
  }

  get slots(): number {
    return this.plan.candidate.replicas * this.plan.candidate.sequences;
  }

  /** Loads all workers. Rejects with the reason when one cannot load. */
  async start(): Promise<void> {
    void this.watch();
    await Promise.all(Array.from({ length: this.plan.candidate.replicas }, (_, index) => this.launch(index)));
    this.state = 'serving';
  }

  /** `begins`: with begin-of-sentence in front, where the vocabulary wants it. */
  async tokenize(segments: readonly Segment[], begins = true): Promise<number[]> {
    const answer = await this.tokenizer.ask({ type: 'tokenize', segments: [...segments], begins });
    return answer.type === 'tokens' ? answer.tokens : [];
  }

  /** The bytes of each token, special ones too. */
  async pieces(tokens: readonly number[]): Promise<number[][]> {
    const answer = await this.tokenizer.ask({ type: 'detokenize', tokens: [...tokens] });
    return answer.type === 'pieces' ? answer.pieces : [];
  }

  submit(ticket: Ticket): void {
    this.dispatcher.submit(ticket);
  }

  /**
   * Replaces the workers one after another by those of a new plan. Each finishes what it runs first; requests wait in
   * the queue meanwhile. Rejects, with the old plan's remaining workers still serving, when the new one cannot load.
   */
  async roll(plan: FleetPlan): Promise<void> {
    const before = this.plan;
    this.plan = plan;
    try {
      for (let index = 0; index < Math.max(before.candidate.replicas, plan.candidate.replicas); index++) {
        await this.retire(index);
        if (index < plan.candidate.replicas) await this.launch(index);
      }
    } catch (error) {
      this.plan = before;
      for (let index = 0; index < before.candidate.replicas; index++)
        if (!this.workers.some((worker) => worker.index === index)) this.spawn(index);
      throw error;
    }
  }

  /** Resolves when nothing runs or waits, or after `timeoutMs`. True when all was finished. */
  async drain(timeoutMs: number): Promise<boolean> {
    const endMs = this.deps.clock.monotonicMs() + timeoutMs;
    const isIdle = () => this.dispatcher.queued.length === 0 && this.dispatcher.running.length === 0;
    while (!isIdle() && this.deps.clock.monotonicMs() < endMs && this.state === 'serving')
      await this.deps.clock.sleep(20);
    return isIdle();
  }

  /** Ends all workers now. What still runs is refused. */
  stop(): void {
    if (this.state !== 'broken') this.end('stopped');
  }

  /** Starts a worker and waits until it has loaded; a death while loading rejects. */
  private launch(index: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.set(index, { resolve, reject });
      this.spawn(index);
    });
  }

  private spawn(index: number): void {
    const { candidate, model, contextTokens } = this.plan;
    const child = this.deps.spawnWorker(candidate, index);
    const events = {
      message: (worker: Worker, message: FromWorker) => this.handle(worker, message),
      gone: (worker: Worker, reason: string) => this.gone(worker, reason),
    };
    const worker = new Worker(index, candidate.sequences, child, events, this.deps.clock.monotonicMs());
    this.workers = [...this.workers.filter((other) => other.index !== index), worker];
    worker.send({ type: 'load', model, candidate, contextTokens });
  }

  /** Lets a worker finish what it runs, then ends it. */
  private async retire(index: number): Promise<void> {
    const worker = this.workers.find((other) => other.index === index);
    if (!worker || worker.state === 'gone') return;
    worker.retire();
    this.tokenizer.abandon(worker);
    while (worker.active.size > 0) await this.deps.clock.sleep(20);
    this.workers = this.workers.filter((other) => other !== worker);
    worker.kill();
  }

  private handle(worker: Worker, message: FromWorker): void {
    if (worker.state === 'gone') return;
    if (message.type === 'stats') {
      worker.rssBytes = message.rssBytes;
      worker.contextTokensUsed = message.contextTokensUsed;
      return;
    }
    worker.progressMs = this.deps.clock.monotonicMs();
    if (message.type === 'ready') this.becameReady(worker, message);
    else if (message.type === 'fatal') this.cannotLoad(worker, message);
    else if (message.type === 'tokens' || message.type === 'pieces' || message.type === 'tokenize-failed')
      this.tokenizer.handle(message);
    else if (message.type !== 'loading') this.dispatcher.handle(worker, message);
  }

  private becameReady(worker: Worker, message: ReadyMessage): void {
    const faults = this.deps.bindingFaults(replicaOf(this.plan.candidate, worker.index), message.effective);
    if (faults.length > 0) {
      this.cannotLoad(worker, { code: 'NOT_PERMITTED', message: `it was started, but ${faults.join('; ')}.` });
      return;
    }
    this.description = message;
    worker.state = 'ready';
    const driver = message.effective.threadCpus?.first;
    worker.driverCpu = driver === undefined ? null : Number(driver);
    this.deps.keepOff(this.workers.map(({ driverCpu }) => driverCpu).filter((cpu) => cpu !== null));
    this.settle(worker.index)?.resolve();
    this.tokenizer.pump();
    this.dispatcher.pump();
  }

  /** The worker itself says why: starting it again would not help. */
  private cannotLoad(worker: Worker, { code, message }: { code: string; message: string }): void {
    const known = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'WORKER_FAILED';
    const error = new R1Error(known, `Worker ${worker.index} cannot serve: ${message}`);
    worker.retire();
    worker.kill();
    this.workers = this.workers.filter((other) => other !== worker);
    const waiter = this.settle(worker.index);
    if (waiter) waiter.reject(error);
    else this.breakDown(error);
  }

  private gone(worker: Worker, reason: string): void {
    this.tokenizer.abandon(worker);
    this.dispatcher.abandon(worker);
    if (this.state === 'stopped' || this.state === 'broken') {
      this.refuseWaiting();
      return;
    }
    if (worker.isRetired) return;
    this.deps.observer.workerDied(worker.index, reason);
    const error = new R1Error('WORKER_FAILED', `Worker ${worker.index} ended: ${reason}`);
    const waiter = this.settle(worker.index);
    if (waiter) {
      this.workers = this.workers.filter((other) => other !== worker);
      waiter.reject(error);
    } else void this.restart(worker.index, error);
  }

  private async restart(index: number, cause: R1Error): Promise<void> {
    const policy = this.policies.get(index) ?? createRestartPolicy();
    this.policies.set(index, policy);
    const delayMs = policy.died(this.deps.clock.monotonicMs());
    if (delayMs === undefined) return this.breakDown(cause);
    await this.deps.clock.sleep(delayMs);
    if (this.state === 'serving' && index < this.plan.candidate.replicas) this.spawn(index);
  }

  private settle(index: number) {
    const waiter = this.waiting.get(index);
    this.waiting.delete(index);
    return waiter;
  }

  private breakDown(error: R1Error): void {
    if (this.state === 'broken' || this.state === 'stopped') return;
    this.end('broken');
    this.deps.onBroken(error);
  }

  private end(state: 'broken' | 'stopped'): void {
    this.state = state;
    this.refuseWaiting();
    for (const worker of this.workers) worker.kill();
  }

  private refuseWaiting(): void {
    const refusal =
      this.state === 'broken'
        ? new Refusal('workerLost', 'The worker processes keep failing; the server stops.')
        : new Refusal('draining', 'The server is shutting down.');
    this.tokenizer.refuseAll(refusal);
    this.dispatcher.refuseQueued(refusal);
  }

  private async watch(): Promise<void> {
    const silence = new Silence(this.deps.signsOf, TICK_MS);
    while (this.state === 'loading' || this.state === 'serving') {
      const nowMs = this.deps.clock.monotonicMs();
      silence.tick(this.workers, this.plan.hang.load, nowMs);
      for (const worker of this.workers) {
        const reason = hangReason(worker, this.tokenizer.pendingOf(worker), this.plan.hang, nowMs);
        if (reason) worker.kill(reason);
      }
      await this.deps.clock.sleep(TICK_MS);
    }
  }
}
