/** What the supervisor tells the metrics. */
export type FleetObserver = {
  dequeued(waitedMs: number): void;
  cancelled(stage: 'queued' | 'prefill' | 'decode'): void;
  /** A request goes on after its worker died. */
  resumed(): void;
  workerDied(index: number, reason: string): void;
};
