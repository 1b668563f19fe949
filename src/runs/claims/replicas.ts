import type { Measurement } from '../../core/outcome.js';

/** Waits until `count` have come, so that all begin at once. `open` lets everybody through: one will never come. */
export function barrier(count: number): { arrive(): Promise<void>; open(): void } {
  let waiting = count;
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    arrive: () => {
      if (--waiting === 0) open();
      return passed;
    },
    open,
  };
}

const total = (values: readonly (number | null | undefined)[]): number | null =>
  values.every((v) => v != null) ? values.reduce<number>((sum, v) => sum + v!, 0) : null;

/** Trials of workers that ran at once as one trial: memory and CPU time added up, requests put together. */
export function mergeReplicas(workers: readonly Measurement[]): Measurement {
  const failed = workers.find((w) => w.status !== 'measured');
  const first = workers[0]!;
  if (failed || workers.length === 1) return failed ?? first;
  const add = (read: (w: Measurement) => number | null | undefined): number | null => total(workers.map(read));
  const series = workers.flatMap((w, worker) =>
    (w.samples!.series ?? []).map((s) => ({ ...s, stream: worker + s.stream * workers.length })),
  );
  return {
    ...first,
    metrics: {
      ...first.metrics!,
      peakRssBytes: add((w) => w.metrics!.peakRssBytes),
      cpuPercent: add((w) => w.metrics!.cpuPercent),
      throughputTokensPerSecond: add((w) => w.metrics!.decodeTokensPerSecond),
    },
    samples: { ...first.samples!, series },
    resources: {
      ...first.resources!,
      peakRssBytes: add((w) => w.resources!.peakRssBytes),
      steadyRssBytes: add((w) => w.resources!.steadyRssBytes),
      cpuSeconds: add((w) => w.resources!.cpuSeconds),
    },
    flags: [...new Set(workers.flatMap((w) => w.flags))],
  };
}
