import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { commonPrefix, isKnown } from '../common-prefix.js';
import { type FromWorker, fromWorkerSchema, type ToWorker } from '../protocol.js';
import type { Ticket } from './ticket.js';

export type ReadyMessage = Extract<FromWorker, { type: 'ready' }>;

export type WorkerEvents = {
  message(worker: Worker, message: FromWorker): void;
  /** The process is gone, for whatever reason. Called once. */
  gone(worker: Worker, reason: string): void;
};

const STDERR_KEPT = 4000;

/** One worker process as the supervisor sees it. A restarted worker is a new one of these. */
export class Worker {
  state: 'starting' | 'ready' | 'gone' = 'starting';
  readonly active = new Map<string, Ticket>();
  /** When it last showed a sign of work, ms on the supervisor's monotonic clock. */
  progressMs: number;
  rssBytes = 0;
  contextTokensUsed = 0;
  /** CPU of its event loop and of the thread that drives its evaluations; null where the kernel places them, or not yet ready. */
  driverCpu: number | null = null;
  /** It takes no more work and its end is expected. */
  isRetired = false;
  /** Why it was killed, when it was. */
  private killedFor: string | undefined;
  private stderrTail = '';
  /** What its sequences were last used for, to send a conversation back to its KV cache. */
  private readonly recent: { tenant: string; tokens: readonly number[] }[] = [];

  constructor(
    readonly index: number,
    readonly sequences: number,
    private readonly child: ChildProcess,
    events: WorkerEvents,
    readonly startMs: number,
  ) {
    this.progressMs = startMs;
    child.on('message', (raw) => {
      const parsed = fromWorkerSchema.safeParse(raw);
      if (parsed.success) events.message(this, parsed.data);
    });
    for (const stream of [child.stdout, child.stderr] as (Readable | null)[])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.stderrTail = (this.stderrTail + text).slice(-STDERR_KEPT);
      });
    const leave = (why: string) => {
      if (this.state === 'gone') return;
      this.state = 'gone';
      const tail = this.stderrTail.trim();
      events.gone(this, `${this.killedFor ?? why}${tail ? `; its output ended with: ${tail}` : ''}`);
    };
    child.on('error', (error) => leave(`the worker could not be started: ${error.message}`));
    child.on('exit', (code, signal) => leave(signal ? `killed by ${signal}` : `ended with exit code ${code}`));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get freeSlots(): number {
    return this.state === 'ready' && !this.isRetired ? this.sequences - this.active.size : 0;
  }

  send(message: ToWorker): void {
    if (this.child.connected) this.child.send(message, () => {});
  }

  retire(): void {
    this.isRetired = true;
  }

  kill(reason?: string): void {
    this.killedFor ??= reason;
    this.child.kill('SIGKILL');
  }

  remember(ticket: Ticket): void {
    this.recent.push({ tenant: ticket.tenant, tokens: [...ticket.prompt, ...ticket.emitted] });
    if (this.recent.length > this.sequences) this.recent.shift();
  }

  /** Tokens of the prompt that one of its sequences probably still holds; 0 when they are too few to go there for them. */
  affinity(ticket: Ticket): number {
    const own = this.recent.filter(({ tenant }) => tenant === ticket.tenant);
    const common = own.reduce((most, { tokens }) => Math.max(most, commonPrefix(tokens, ticket.prompt)), 0);
    return isKnown(common, ticket.prompt.length) ? common : 0;
  }
}
