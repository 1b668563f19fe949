import { type GrowingRuntime, type HostTensor, zeros } from '../graph/tensor.js';
import { type OpenvinoApi, openOpenvinoApi, type Pointer } from './c-api.js';
import type { Environment } from './locate.js';
import { READ_BACK } from './properties.js';
import { awaited, check, made, madeAsync } from './status.js';

export type OpenvinoOptions = { path: string; properties: Readonly<Record<string, string>>; env: Environment };

type Handles = { core: Pointer; model: Pointer; compiled: Pointer; request: Pointer };

/**
 * OpenVINO through its C API: inputs and outputs lie in our own memory, and the evaluation runs on threads that are not the
 * event loop's. Misuse (a call after dispose, two calls at once) is an error here and never reaches the library.
 */
export class OpenvinoRuntime implements GrowingRuntime {
  readonly name: string;
  /** Properties in force, as the compiled model gives them back. */
  readonly properties: Readonly<Record<string, string>>;
  readonly #api: OpenvinoApi;
  #handles: Handles | null;
  /** The evaluation under way, and the buffers that the library reads and writes: they must outlive it. */
  #running: { ended: Promise<void>; holds: unknown[] } | null = null;

  private constructor(api: OpenvinoApi, handles: Handles) {
    this.#api = api;
    this.#handles = handles;
    this.name = `OpenVINO ${api.version} (C API)`;
    this.properties = readProperties(api, handles.compiled);
  }

  /** Where the library was found. */
  get library(): string {
    return `${this.#api.path} (from ${this.#api.foundBy})`;
  }

  /** Throws `ENGINE_MISSING` when there is no usable library, `OpenvinoError` when it refuses the model or a property. */
  static async open({ path, properties, env }: OpenvinoOptions): Promise<OpenvinoRuntime> {
    const api = await openOpenvinoApi(env);
    const core = made(api, (out) => api.call.createCore(out));
    for (const [name, value] of Object.entries(properties))
      check(api, api.call.setProperty(core, 'CPU', 'const char *', name, 'const char *', value));
    const model = await madeAsync(api, (out, done) => api.call.readModel.async(core, path, null, out, done));
    const compiled = await madeAsync(api, (out, done) => api.call.compileModel.async(core, model, 'CPU', 0, out, done));
    const request = made(api, (out) => api.call.createRequest(compiled, out));
    return new OpenvinoRuntime(api, { core, model, compiled, request });
  }

  async run(inputs: ReadonlyMap<string, HostTensor>, outputs: ReadonlyMap<string, HostTensor>): Promise<number> {
    return this.#evaluate(inputs, outputs, () => {});
  }

  async runForNew(
    inputs: ReadonlyMap<string, HostTensor>,
    names: readonly string[],
  ): Promise<{ results: Map<string, HostTensor>; engineMs: number }> {
    const results = new Map<string, HostTensor>();
    const engineMs = await this.#evaluate(inputs, new Map(), (request) => {
      for (const name of names) results.set(name, this.#copyOf(request, name));
    });
    return { results, engineMs };
  }

  /** Waits for a running evaluation. May be called twice. */
  async dispose(): Promise<void> {
    const handles = this.#handles;
    this.#handles = null;
    await this.#running?.ended.catch(() => {});
    if (handles === null) return;
    const { release } = this.#api;
    release.request(handles.request);
    release.compiled(handles.compiled);
    release.model(handles.model);
    release.core(handles.core);
  }

  async #evaluate(
    inputs: ReadonlyMap<string, HostTensor>,
    outputs: ReadonlyMap<string, HostTensor>,
    read: (request: Pointer) => void,
  ): Promise<number> {
    if (this.#handles === null) throw new Error('The OpenVINO model is closed.');
    if (this.#running !== null) throw new Error('The OpenVINO model is busy: one evaluation at a time.');
    const { request } = this.#handles;
    const tensors: Pointer[] = [];
    try {
      for (const [name, tensor] of [...inputs, ...outputs]) {
        const wrapped = this.#wrap(tensor);
        tensors.push(wrapped);
        check(this.#api, this.#api.call.setTensor(request, name, wrapped));
      }
      const start = performance.now();
      const ended = awaited(this.#api, (done) => this.#api.call.infer.async(request, done));
      this.#running = { ended, holds: [inputs, outputs] };
      await ended;
      const engineMs = performance.now() - start;
      read(request);
      return engineMs;
    } finally {
      this.#running = null;
      for (const tensor of tensors) this.#api.release.tensor(tensor);
    }
  }

  #wrap({ elementType, dims, data }: HostTensor): Pointer {
    const shape = { rank: dims.length, dims: BigInt64Array.from(dims, BigInt) };
    // A buffer of no bytes has no address, and the library refuses a null pointer even where it reads nothing.
    const memory = data.byteLength > 0 ? data : new Uint8Array(1);
    return made(this.#api, (out) =>
      this.#api.call.tensorFromHost(this.#api.elementTypes[elementType], shape, memory, out),
    );
  }

  /** A result in memory of its own: the request writes over its tensors when it runs again. */
  #copyOf(request: Pointer, name: string): HostTensor {
    const { call, koffi, release } = this.#api;
    const tensor = made(this.#api, (out) => call.getTensor(request, name, out));
    try {
      const { elementType, dims } = this.#describe(tensor);
      const address = made(this.#api, (out) => call.tensorData(tensor, out));
      const data = zeros(
        elementType,
        dims.reduce((product, dim) => product * dim, 1),
      );
      if (data.byteLength > 0) new Uint8Array(data.buffer).set(new Uint8Array(koffi.view(address, data.byteLength)));
      return { elementType, dims, data };
    } finally {
      release.tensor(tensor);
    }
  }

  #describe(tensor: Pointer): { elementType: number; dims: number[] } {
    const { call, koffi, elementTypes } = this.#api;
    const type = new Int32Array(new ArrayBuffer(4));
    check(this.#api, call.tensorType(tensor, type));
    const elementType = Number(Object.entries(elementTypes).find(([, ov]) => ov === type[0])?.[0]);
    // ov_shape_t: rank and a pointer to the sizes, which the library allocates and takes back.
    const shape = new BigInt64Array(new ArrayBuffer(16));
    check(this.#api, call.tensorShape(tensor, shape));
    const [rank, address] = shape as unknown as [bigint, bigint];
    const dims = rank > 0n ? [...new BigInt64Array(koffi.view(address, Number(rank) * 8))].map(Number) : [];
    check(this.#api, call.freeShape(shape));
    return { elementType, dims };
  }
}

function readProperties(api: OpenvinoApi, compiled: Pointer): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of READ_BACK) {
    const out: [Pointer | null] = [null];
    if (api.call.getProperty(compiled, name, out) !== 0 || out[0] === null) continue;
    found[name] = api.koffi.decode(out[0], 'char', -1) as string;
    api.release.text(out[0]);
  }
  return found;
}
