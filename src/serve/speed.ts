const KEPT = 15;
/** Below this share of the profile's decode speed a server is degraded: well outside the noise of a shared machine. */
export const DEGRADED_BELOW = 0.8;

/** Decode speed of requests that had their worker to themselves, against what the profile promises. */
export type Speedometer = {
  add(tokensPerSecond: number): void;
  /** Median of the last samples, tok/s; null without any. */
  readonly tokensPerSecond: number | null;
  /** That, relative to the profile. */
  readonly ratio: number | null;
  /** Forgets the samples; a new profile brings a new expectation. */
  clear(expected?: number): void;
};

export function createSpeedometer(expectedTokensPerSecond: number): Speedometer {
  let expected = expectedTokensPerSecond;
  let samples: number[] = [];
  const median = () => [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? null;
  return {
    add(tokensPerSecond) {
      samples = [...samples, tokensPerSecond].slice(-KEPT);
    },
    get tokensPerSecond() {
      return median();
    },
    get ratio() {
      const middle = median();
      return middle === null ? null : middle / expected;
    },
    clear(next = expected) {
      expected = next;
      samples = [];
    },
  };
}
