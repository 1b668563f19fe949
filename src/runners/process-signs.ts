import { readdirSync } from 'node:fs';
import { readText } from './process-usage.js';

/** What the kernel says of another process, from /proc on Linux. */
export type ProcessSigns = {
  /** CPU time of all its threads, ms. */
  cpuMs: number;
  /** Times it waited for the disk to bring a page. */
  majorFaults: number;
  /** Longest time that one of its threads was ready to run and had no CPU, ms since the thread began. */
  starvedMs: number;
};

/** Linux counts CPU time in hundredths of a second, whatever the kernel was built with (proc_pid_stat(5), USER_HZ). */
const TICK_MS = 10;

/** Undefined for a process that is gone, and on other systems. */
export function readProcessSigns(pid: number): ProcessSigns | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === null) return undefined;
  // The name in brackets may hold anything; fields are counted from after it: state is 3, majflt 12, utime 14, stime 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const at = (field: number) => Number(fields[field - 3]);
  return { cpuMs: (at(14) + at(15)) * TICK_MS, majorFaults: at(12), starvedMs: longestWaitMs(pid) };
}

/** The second figure of schedstat: nanoseconds on a run queue (sched-stats in the kernel's documentation). */
function longestWaitMs(pid: number): number {
  const waits = threadsOf(pid).map((thread) =>
    Number(readText(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[1] ?? 0),
  );
  return waits.reduce((most, wait) => Math.max(most, wait), 0) / 1e6;
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
