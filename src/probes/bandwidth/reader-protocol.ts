/** Kernels of read-kernel.wat by the number of address streams a thread reads at a time. */
export const STREAMS = [1, 4, 8] as const;
export type Streams = (typeof STREAMS)[number];

export type ReaderSetup = {
  /** 8 bytes: arrivals and generation of the barrier that all readers share. */
  barrier: SharedArrayBuffer;
  readers: number;
  bytes: number;
  /** Pins the reader: the taskset program and the CPU; null leaves it to the scheduler. */
  pin: { taskset: string; cpu: number } | null;
};

/** One pass reads the whole memory `sweeps` times. */
export type ReaderRequest = { streams: Streams; passes: number; sweeps: number };

export type ReaderReply =
  | { kind: 'ready'; isPinned: boolean }
  | {
      kind: 'passes';
      /** Start and end of each pass on the clock that all threads share, in nanoseconds. */
      startsNs: number[];
      endsNs: number[];
      /** Time the thread was on a CPU from the first pass to the last, in nanoseconds; null where the kernel does not count it. */
      onCpuNs: number | null;
    }
  | { kind: 'failed'; message: string };
