/** What one replica was measured to do. */
export type ReplicaModel = {
  /** Time of a decode step with 1, 2, … sequences, ms; as many as it may run together. */
  stepMs: readonly number[];
  prefillMsPerToken: number;
  /** Most tokens of a prompt in one evaluation: between evaluations others decode. */
  chunkTokens: number;
};

export type Arrival = { atMs: number; promptTokens: number; answerTokens: number };
/** A finished request: times from the moment it came. */
export type Served = { atMs: number; ttftMs: number; tpotMs: number; endMs: number };

type Prefilling = { arrival: Arrival; leftTokens: number };
type Decoding = { arrival: Arrival; leftTokens: number; firstMs: number | null };

/**
 * One replica as `serve` works: requests wait in one queue for a free sequence; evaluations follow one another, a prompt's next chunk of each
 * prefilling request and then one step of all that decode. So a step is as long as the batch makes it, and a prompt makes all others wait.
 * Between events the batch does not change, so equal steps are taken in one leap.
 */
export class Replica {
  #nowMs = 0;
  #busyMs = 0;
  readonly #queue: Arrival[] = [];
  #prefilling: Prefilling[] = [];
  #decoding: Decoding[] = [];
  readonly #served: Served[] = [];

  constructor(private readonly model: ReplicaModel) {}

  get inFlight(): number {
    return this.#queue.length + this.#active;
  }
  get busyMs(): number {
    return this.#busyMs;
  }
  get served(): readonly Served[] {
    return this.#served;
  }
  get #active(): number {
    return this.#prefilling.length + this.#decoding.length;
  }

  /** Arrivals must come in order of time, after `advance` to it. */
  offer(arrival: Arrival): void {
    this.#queue.push(arrival);
    if (this.#active === 0) this.#nowMs = Math.max(this.#nowMs, arrival.atMs);
    this.#admit();
  }

  /** Works until `untilMs` or until nothing is left. An evaluation under way is finished, so it may end a little later. */
  advance(untilMs: number): void {
    while (this.#active > 0 && this.#nowMs < untilMs) {
      if (this.#prefilling.length > 0) this.#round();
      else this.#leap(untilMs);
      this.#admit();
    }
  }

  #admit(): void {
    while (this.#active < this.model.stepMs.length && this.#queue.length > 0) {
      const arrival = this.#queue.shift()!;
      this.#prefilling.push({ arrival, leftTokens: Math.max(0, arrival.promptTokens - 1) });
    }
  }

  /** The next chunk of every prompt, then a step of all that decode. */
  #round(): void {
    for (const one of this.#prefilling) {
      const tokens = Math.min(this.model.chunkTokens, one.leftTokens);
      one.leftTokens -= tokens;
      this.#spend(tokens * this.model.prefillMsPerToken);
      if (one.leftTokens === 0)
        this.#decoding.push({ arrival: one.arrival, leftTokens: one.arrival.answerTokens, firstMs: null });
    }
    this.#prefilling = this.#prefilling.filter(({ leftTokens }) => leftTokens > 0);
    if (this.#decoding.length > 0) this.#steps(1);
  }

  /** Steps until the first answer ends or the time is up. The first step of an answer is taken alone, to have its time. */
  #leap(untilMs: number): void {
    const stepMs = this.model.stepMs[this.#decoding.length - 1]!;
    const hasFirst = this.#decoding.some(({ firstMs }) => firstMs === null);
    const shortest = this.#decoding.reduce(
      (least, { leftTokens }) => Math.min(least, leftTokens),
      Number.POSITIVE_INFINITY,
    );
    this.#steps(hasFirst ? 1 : Math.min(shortest, Math.max(1, Math.ceil((untilMs - this.#nowMs) / stepMs))));
  }

  #steps(count: number): void {
    this.#spend(count * this.model.stepMs[this.#decoding.length - 1]!);
    for (const one of this.#decoding) {
      one.leftTokens -= count;
      one.firstMs ??= this.#nowMs;
      if (one.leftTokens === 0) this.#served.push(servedOf(one, this.#nowMs));
    }
    this.#decoding = this.#decoding.filter(({ leftTokens }) => leftTokens > 0);
  }

  #spend(ms: number): void {
    this.#nowMs += ms;
    this.#busyMs += ms;
  }
}

const servedOf = ({ arrival, firstMs }: Decoding, endMs: number): Served => ({
  atMs: arrival.atMs,
  ttftMs: firstMs! - arrival.atMs,
  tpotMs: (endMs - firstMs!) / Math.max(1, arrival.answerTokens - 1),
  endMs,
});
