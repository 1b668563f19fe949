import { importKoffi } from './koffi.js';

/** sizeof(cpu_set_t) of glibc: 1,024 CPUs. */
const CPU_SET_BYTES = 128;

/** CPUs as the bit mask that sched_setaffinity(2) and pthread_attr_setaffinity_np(3) read. */
export function cpuSet(cpus: readonly number[]): Buffer {
  const bits = Buffer.alloc(CPU_SET_BYTES);
  for (const cpu of cpus) bits[cpu >> 3]! |= 1 << (cpu & 7);
  return bits;
}

/** sched_setaffinity(2), which is for one thread alone. */
export type Affinity = {
  /** Binds the thread of the event loop. */
  bindEventLoop(cpus: readonly number[]): void;
  /** Binds the worker of libuv's pool that takes the call; nobody tells which that is. */
  bindPoolWorker(cpus: readonly number[]): Promise<void>;
};

/** Throws where the C library has no such call. What the kernel refuses is left as it was. */
export async function openAffinity(): Promise<Affinity> {
  const koffi = await importKoffi();
  const bind = koffi.load(null).func('int sched_setaffinity(int, size_t, void *)');
  return {
    bindEventLoop: (cpus) => void bind(0, CPU_SET_BYTES, cpuSet(cpus)),
    bindPoolWorker: (cpus) => new Promise((resolve) => bind.async(0, CPU_SET_BYTES, cpuSet(cpus), () => resolve())),
  };
}
