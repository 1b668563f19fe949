import type { OpenvinoApi, Pointer } from './c-api.js';

/** A refusal of OpenVINO, with its `ov_status_e`. */
export class OpenvinoError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function check(api: OpenvinoApi, status: number): void {
  if (status !== 0) throw new OpenvinoError(status, api.lastError() || `status ${status}`);
}

/** The object that a call with an output parameter makes. */
export function made(api: OpenvinoApi, create: (out: [Pointer | null]) => number): Pointer {
  const out: [Pointer | null] = [null];
  check(api, create(out));
  return out[0]!;
}

type Done = (error: Error | null, status: number) => void;

/** A call on a thread of libuv's pool, so that the event loop stays free. */
export function awaited(api: OpenvinoApi, call: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error, status) => {
      try {
        if (error) throw error;
        check(api, status);
        resolve();
      } catch (refused) {
        reject(refused);
      }
    });
  });
}

export async function madeAsync(
  api: OpenvinoApi,
  create: (out: [Pointer | null], done: Done) => void,
): Promise<Pointer> {
  const out: [Pointer | null] = [null];
  await awaited(api, (done) => create(out, done));
  return out[0]!;
}
