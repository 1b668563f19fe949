/** sizeof(cpu_set_t) of glibc: 1,024 CPUs. */
export const CPU_SET_BYTES = 128;

/** CPUs as the bit mask that sched_setaffinity(2) reads. */
export function cpuSet(cpus: readonly number[]): Buffer {
  const bits = Buffer.alloc(CPU_SET_BYTES);
  for (const cpu of cpus) bits[cpu >> 3]! |= 1 << (cpu & 7);
  return bits;
}
