import type { Random } from '../../core/random.js';
import { Refusal } from '../refusal.js';

export type AdmissionLimits = {
  /** Requests that may wait, beyond those that run. */
  maxQueued: number;
  /** Prompt tokens that may wait. */
  maxQueuedTokens: number;
  /** Requests of one key that may wait or run; without keys there is no such limit. */
  maxPerTenant: number;
};

/** The tenant of a server without keys. */
export const NOBODY = '';

/** What the admission looks at; all of it is known without waiting. */
export type Load = { slots: number; queuedTokens: number };

/** A place among the waiting, taken when the request arrives and given back when it ends. */
export type Reservation = { release(): void };

/** Share of the newest sample in the moving average of service times: the last ten or so count. */
const NEWEST_SHARE = 0.15;

/** Decides at arrival, in microseconds, whether a request gets a place, and says when it would be worth trying again. */
export class Admission {
  private admitted = 0;
  private readonly byTenant = new Map<string, number>();

  constructor(
    private readonly limits: AdmissionLimits,
    private readonly load: () => Load,
    private readonly random: Random,
    /** Expected time of one request on a slot, ms; at first from the profile, then from what is served. */
    private serviceMs: number,
  ) {}

  get waiting(): number {
    return Math.max(0, this.admitted - this.load().slots);
  }

  /** Time until a request that arrives now would begin, ms. */
  get projectedWaitMs(): number {
    const { slots } = this.load();
    const ahead = this.admitted - slots + 1;
    return ahead <= 0 ? 0 : Math.ceil(ahead / slots) * this.serviceMs;
  }

  /** Takes `places` places, one an answer. Throws a refusal with `retryAfterSeconds`. `timeoutMs`: how long the client says it waits. */
  reserve(tenant: string, places: number, timeoutMs: number | undefined): Reservation {
    const own = this.byTenant.get(tenant) ?? 0;
    const { slots, queuedTokens } = this.load();
    const retryAfterSeconds = this.retryAfterSeconds();
    if (this.admitted + places > slots + this.limits.maxQueued || queuedTokens >= this.limits.maxQueuedTokens)
      throw new Refusal('queueFull', 'The server is busy and its queue is full.', { retryAfterSeconds });
    // Without keys there is nobody who could be told apart from the others.
    if (tenant !== NOBODY && own + places > this.limits.maxPerTenant)
      throw new Refusal(
        'keyLimit',
        `This key has ${own} requests under way; it may have ${this.limits.maxPerTenant}.`,
        {
          retryAfterSeconds,
        },
      );
    if (timeoutMs !== undefined && this.projectedWaitMs > timeoutMs)
      throw new Refusal(
        'tooLate',
        `The wait is about ${Math.round(this.projectedWaitMs / 1000)} s, longer than the client waits.`,
        { retryAfterSeconds },
      );
    this.admitted += places;
    this.byTenant.set(tenant, own + places);
    return { release: once(() => this.release(tenant, places)) };
  }

  served(ms: number): void {
    this.serviceMs += NEWEST_SHARE * (ms - this.serviceMs);
  }

  /** 1 to 30 s, with jitter so that refused clients do not come back together. */
  retryAfterSeconds(): number {
    const { slots } = this.load();
    const untilFreeMs = this.serviceMs / Math.max(1, slots);
    return Math.min(30, Math.max(1, Math.ceil((untilFreeMs / 1000) * (1 + this.random() / 2))));
  }

  private release(tenant: string, places: number): void {
    this.admitted -= places;
    const own = (this.byTenant.get(tenant) ?? places) - places;
    if (own > 0) this.byTenant.set(tenant, own);
    else this.byTenant.delete(tenant);
  }
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}
