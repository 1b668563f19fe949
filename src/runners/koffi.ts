import type * as Koffi from 'koffi';

/**
 * koffi calls on stacks of its own: 128 KiB for asynchronous calls by default, and MLAS's float GEMM alone keeps a panel
 * of 64 KiB there. 8 MiB is what a main thread has on Linux; pages are only touched when used.
 */
const STACK_BYTES = 8 << 20;

/**
 * koffi with stacks that an inference engine can run on. Every use of koffi in a runner goes through here: the sizes can
 * be set only before the first library is loaded, so that a call to the C library with the default ones would leave
 * ONNX Runtime without its C API. Throws when koffi has no build for this machine, or when somebody loaded a library before.
 */
export async function importKoffi(): Promise<typeof Koffi> {
  const koffi = (await import('koffi')).default as unknown as typeof Koffi;
  const settings = koffi.config();
  if (settings.async_stack_size! < STACK_BYTES)
    koffi.config({ ...settings, async_stack_size: STACK_BYTES, sync_stack_size: STACK_BYTES });
  return koffi;
}
