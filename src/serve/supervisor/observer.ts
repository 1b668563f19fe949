/** What the supervisor tells the metrics. */
export type FleetObserver = {
  dequeued(waitedMs: number): void;
  cancelled(stage: 'queued' | 'prefill' | 'decode'): void;
  /** A request goes on after its worker died. */
  resumed(): void;
  /** A request that was alone on its worker was decoded at this speed. */
  soloDecode(tokensPerSecond: number): void;
  workerDied(index: number, reason: string): void;
};
