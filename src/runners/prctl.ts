import { importKoffi } from './koffi.js';

/** prctl(2) with one argument, for this process. Returns 0, or -1 where the kernel refuses; throws where the C library has none. */
export async function prctl(option: number, value: number): Promise<number> {
  const koffi = await importKoffi();
  const call = koffi.load(null).func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)');
  return call(option, value, 0, 0, 0);
}
