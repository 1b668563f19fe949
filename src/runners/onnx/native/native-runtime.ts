import type { GraphRuntime, HostTensor } from '../../graph/tensor.js';
import type { SessionOptions } from '../session-options.js';
import { type OrtApi, openOrtApi, type Pointer } from './ort-api.js';

/** A refusal of ONNX Runtime, with its `OrtErrorCode`. */
export class OrtError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

const LOG_ERRORS_ONLY = 3;
const ARENA_ALLOCATOR = 1;
const DEFAULT_MEMORY = 0;
/** `GraphOptimizationLevel` and `ExecutionMode` of the C API. */
const OPTIMIZATION = { disabled: 0, basic: 1, extended: 2, all: 99 } as const;
const EXECUTION = { sequential: 0, parallel: 1 } as const;

/**
 * ONNX Runtime through its C API: inputs and outputs lie in our own memory, nothing is copied, and the evaluation runs
 * on a thread of libuv's pool, so that the event loop stays free. Misuse (a call after dispose, two calls at once) is
 * an error here and never reaches the library.
 */
export class NativeRuntime implements GraphRuntime {
  readonly name: string;
  readonly #api: OrtApi;
  readonly #memory: Pointer;
  readonly #names = new Map<string, { text: Buffer; address: Pointer }>();
  #session: Pointer | null;
  /** The evaluation under way, and the buffers that the library reads and writes: they must outlive it. */
  #running: { ended: Promise<void>; holds: unknown[] } | null = null;

  private constructor(api: OrtApi, memory: Pointer, session: Pointer) {
    this.#api = api;
    this.#memory = memory;
    this.#session = session;
    this.name = `ONNX Runtime ${api.version} (C API)`;
  }

  /** Throws `NativeUnavailable` when there is no usable library, `OrtError` when it refuses the model. */
  static async open(options: SessionOptions): Promise<NativeRuntime> {
    const api = await openOrtApi();
    // One environment a process, which ONNX Runtime counts and keeps: it is never released.
    const environment = made(api, (out) => api.call.createEnv(LOG_ERRORS_ONLY, 'r1-tune', out));
    const settings = makeOptions(api, options);
    try {
      const session = await madeAsync(api, (out, done) =>
        api.call.createSession.async(environment, options.path, settings, out, done),
      );
      const memory = made(api, (out) => api.call.createCpuMemoryInfo(ARENA_ALLOCATOR, DEFAULT_MEMORY, out));
      return new NativeRuntime(api, memory, session);
    } finally {
      api.release.sessionOptions(settings);
    }
  }

  async run(inputs: ReadonlyMap<string, HostTensor>, outputs: ReadonlyMap<string, HostTensor>): Promise<number> {
    if (this.#session === null) throw new Error('The ONNX session is closed.');
    if (this.#running !== null) throw new Error('The ONNX session is busy: one evaluation at a time.');
    const values: Pointer[] = [];
    try {
      const given = this.#pack(inputs, values);
      const wanted = this.#pack(outputs, values);
      const session = this.#session;
      const start = performance.now();
      const ended = new Promise<void>((resolve, reject) => {
        this.#api.call.run.async(
          session,
          null,
          given.names,
          given.values,
          given.count,
          wanted.names,
          wanted.count,
          wanted.values,
          (error: Error | null, status: Pointer | null) => settle(this.#api, error ?? status, resolve, reject),
        );
      });
      this.#running = { ended, holds: [inputs, outputs, given, wanted] };
      await ended;
      return performance.now() - start;
    } finally {
      this.#running = null;
      for (const value of values) this.#api.release.value(value);
    }
  }

  /** Waits for a running evaluation. May be called twice. */
  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await this.#running?.ended.catch(() => {});
    if (session === null) return;
    this.#api.release.session(session);
    this.#api.release.memoryInfo(this.#memory);
  }

  /** Arrays of pointers to names and values, in the order of the map. New values are also put into `values`. */
  #pack(tensors: ReadonlyMap<string, HostTensor>, values: Pointer[]) {
    const names = new BigUint64Array(new ArrayBuffer(8 * tensors.size));
    const handles = new BigUint64Array(new ArrayBuffer(8 * tensors.size));
    let i = 0;
    for (const [name, tensor] of tensors) {
      const value = this.#wrap(tensor);
      values.push(value);
      names[i] = this.#nameOf(name);
      handles[i++] = value;
    }
    return { names, values: handles, count: tensors.size };
  }

  #wrap({ elementType, dims, data }: HostTensor): Pointer {
    const shape = new BigInt64Array(dims.length);
    for (let i = 0; i < dims.length; i++) shape[i] = BigInt(dims[i]!);
    // Asking for its address moves a small array from V8's heap, where it would be moved about, to memory of its own.
    return made(this.#api, (out) =>
      this.#api.call.createTensorWithData(this.#memory, data, data.byteLength, shape, dims.length, elementType, out),
    );
  }

  #nameOf(name: string): Pointer {
    let known = this.#names.get(name);
    if (known === undefined) {
      const text = Buffer.from(new ArrayBuffer(Buffer.byteLength(name) + 1));
      text.write(name);
      known = { text, address: this.#api.koffi.address(text) };
      this.#names.set(name, known);
    }
    return known.address;
  }
}

function makeOptions(api: OrtApi, { threads, knobs }: SessionOptions): Pointer {
  const options = made(api, (out) => api.call.createSessionOptions(out));
  const set = (status: Pointer | null): void => check(api, status);
  set(api.call.setIntraOpNumThreads(options, threads));
  set(api.call.setInterOpNumThreads(options, knobs.executionMode === 'parallel' ? threads : 1));
  set(api.call.setExecutionMode(options, EXECUTION[knobs.executionMode]));
  set(api.call.setGraphOptimizationLevel(options, OPTIMIZATION[knobs.graphOptimization]));
  // Every step has other shapes, and a pattern is kept for each: memory would grow without end.
  set(api.call.disableMemPattern(options));
  if (!knobs.arena) set(api.call.disableCpuMemArena(options));
  set(api.call.addSessionConfigEntry(options, 'session.intra_op.allow_spinning', knobs.spinning ? '1' : '0'));
  return options;
}

/** Throws the error behind a status and frees it. */
function check(api: OrtApi, status: Pointer | null): void {
  if (status === null) return;
  const error = new OrtError(api.errorCode(status), api.errorMessage(status));
  api.release.status(status);
  throw error;
}

/** The object that a call with an output parameter makes. */
function made(api: OrtApi, create: (out: [Pointer | null]) => Pointer | null): Pointer {
  const out: [Pointer | null] = [null];
  check(api, create(out));
  return out[0]!;
}

function madeAsync(
  api: OrtApi,
  create: (out: [Pointer | null], done: (error: Error | null, status: Pointer | null) => void) => void,
): Promise<Pointer> {
  const out: [Pointer | null] = [null];
  return new Promise((resolve, reject) => {
    create(out, (error, status) => settle(api, error ?? status, () => resolve(out[0]!), reject));
  });
}

function settle(
  api: OrtApi,
  outcome: Error | Pointer | null,
  resolve: () => void,
  reject: (error: unknown) => void,
): void {
  try {
    if (outcome instanceof Error) throw outcome;
    check(api, outcome);
    resolve();
  } catch (error) {
    reject(error);
  }
}
