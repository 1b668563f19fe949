/** A gate that a job passes before each step; closed while its client reads too slowly. */
export type PauseGate = { opened(): Promise<void>; close(): void; open(): void };

export function createPauseGate(): PauseGate {
  let waiting: Promise<void> | undefined;
  let release: () => void = () => {};
  return {
    opened: () => waiting ?? Promise.resolve(),
    close() {
      waiting ??= new Promise((resolve) => {
        release = resolve;
      });
    },
    open() {
      waiting = undefined;
      release();
    },
  };
}
