const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const WINDOW_MS = 60_000;
const DEATHS_ALLOWED = 5;

/** When a worker that died may be started again. One for each worker. */
export type RestartPolicy = {
  /** Notes a death. Delay until the restart in ms, or undefined when it died too often to go on. */
  died(nowMs: number): number | undefined;
};

/** Delays double with each death inside a minute, 0.5 s to 30 s; more than 5 deaths a minute end it. */
export function createRestartPolicy(): RestartPolicy {
  let deaths: number[] = [];
  return {
    died(nowMs) {
      deaths = [...deaths.filter((ms) => nowMs - ms < WINDOW_MS), nowMs];
      if (deaths.length > DEATHS_ALLOWED) return undefined;
      return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (deaths.length - 1));
    },
  };
}
