import { parseCpuList } from '../core/cpu-list.js';
import { openAffinity } from './affinity.js';
import { allowedCpusOf } from './effective.js';

/** Where the thread of this process's event loop may run. */
export type EventLoopCpus = {
  /** Keeps it off these CPUs; where no other would be left, it may use all again. */
  keepOff(cpus: readonly number[]): void;
  /** Does something with all CPUs allowed: starts a process, which begins with those of its starter, or looks at the machine. */
  withAll<T>(action: () => Promise<T>): Promise<T>;
  withAll<T>(action: () => T): T;
};

/**
 * Moves the event loop alone (sched_setaffinity(2)); libuv's and V8's threads stay where they are. It is a courtesy, not a
 * promise: where the kernel or the C library cannot, nothing happens.
 */
export async function openEventLoopCpus(): Promise<EventLoopCpus> {
  const allowed = parseCpuList(allowedCpusOf() ?? '');
  const use = allowed.length > 1 ? await openBinder() : () => {};
  let own = allowed;
  let guests = 0;
  const leave = () => {
    if (--guests === 0) use(own);
  };
  return {
    keepOff(cpus) {
      const rest = allowed.filter((cpu) => !cpus.includes(cpu));
      own = rest.length > 0 ? rest : allowed;
      if (guests === 0) use(own);
    },
    withAll<T>(action: () => T): T {
      guests++;
      use(allowed);
      let result: T;
      try {
        result = action();
      } catch (error) {
        leave();
        throw error;
      }
      if (result instanceof Promise) return result.finally(leave) as T;
      leave();
      return result;
    },
  };
}

async function openBinder(): Promise<(cpus: readonly number[]) => void> {
  try {
    return (await openAffinity()).bindEventLoop;
  } catch {
    return () => {};
  }
}
