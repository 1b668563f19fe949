import type * as Koffi from 'koffi';

type Native = Koffi.KoffiFunc<(...args: unknown[]) => unknown>;

/** Calls a native function on a thread of libuv's pool. */
export const callAsync = (call: Native, ...args: unknown[]): Promise<unknown> =>
  new Promise((resolve, reject) => {
    call.async(...args, (error: Error | null, result: unknown) => (error ? reject(error) : resolve(result)));
  });
