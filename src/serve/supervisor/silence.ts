import type { Worker } from './worker.js';

/** What is known of a process from outside; see runners/process-signs. */
export type Signs = { cpuMs: number; majorFaults: number; starvedMs: number };

/** Below it nobody looks at a worker's process. */
const LOOK_AFTER_MS = 1000;
/** A tick that comes so much late says that this process itself had no CPU. */
const LATE_MS = 500;
/** Longest time for which work that says nothing counts as loading, in load limits. */
const MOST_LOADS = 20;

/**
 * How long a worker has been silent although it could have run. On a busy machine a process may wait longer for a CPU than any
 * limit: that is not its silence. While it loads, using CPU or reading from disk is a sign of life too.
 */
export class Silence {
  private readonly before = new WeakMap<Worker, Signs>();
  private lastTickMs: number | undefined;

  constructor(
    private readonly signsOf: (pid: number) => Signs | undefined,
    private readonly tickMs: number,
  ) {}

  /** Looks at all workers; moves `progressMs` of those that had no chance to give a sign. */
  tick(workers: readonly Worker[], loadLimitMs: number, nowMs: number): void {
    const passedMs = nowMs - (this.lastTickMs ?? nowMs);
    this.lastTickMs = nowMs;
    const lateMs = passedMs - this.tickMs;
    for (const worker of workers) {
      if (lateMs > LATE_MS) excuse(worker, lateMs, nowMs);
      if (nowMs - worker.progressMs < LOOK_AFTER_MS || worker.pid === undefined) this.before.delete(worker);
      else this.look(worker, worker.pid, loadLimitMs, nowMs);
    }
  }

  private look(worker: Worker, pid: number, loadLimitMs: number, nowMs: number): void {
    const now = this.signsOf(pid);
    const before = this.before.get(worker);
    if (now) this.before.set(worker, now);
    if (!now || !before) return;
    excuse(worker, now.starvedMs - before.starvedMs, nowMs);
    const works = now.cpuMs > before.cpuMs || now.majorFaults > before.majorFaults;
    const mayStillLoad = nowMs - worker.startMs < MOST_LOADS * loadLimitMs;
    if (worker.state === 'starting' && works && mayStillLoad) worker.progressMs = nowMs;
  }
}

function excuse(worker: Worker, ms: number, nowMs: number): void {
  if (ms > 0) worker.progressMs = Math.min(nowMs, worker.progressMs + ms);
}
