import type * as Koffi from 'koffi';
import { R1Error } from '../../core/errors.js';
import { table } from '../../core/table.js';
import { ELEMENT_TYPE } from '../../formats/onnx/element-type.js';
import { importKoffi } from '../koffi.js';
import { type Environment, locateOpenvino } from './locate.js';

export type Pointer = bigint;
type Type = string | Koffi.TypeObject | ReturnType<typeof Koffi.out>;
type Call = Koffi.KoffiFunc<(...args: unknown[]) => number>;

/** OpenVINO's C API as far as a decoder needs it. Every function gives a status, 0 for success, except `lastError` and releases. */
export type OpenvinoApi = {
  /** "2026.4.1-…": the build that was loaded. */
  version: string;
  path: string;
  foundBy: string;
  koffi: typeof Koffi;
  /** Held for ever: koffi unloads a library whose handle is collected, and every function would point nowhere. */
  library: Koffi.LibraryHandle;
  call: Record<keyof typeof FUNCTIONS, Call> & { setProperty: Call };
  release: Record<keyof typeof RELEASES, (object: Pointer) => void>;
  lastError: () => string;
  /** `ov_element_type_e` by ONNX's numbers. */
  elementTypes: Readonly<Record<number, number>>;
};

const P = 'void *';
const OUT = 'out';
const TEXT = 'const char *';

/** Function → name in openvino/c and argument types, as its headers have had them since 2023.1. */
const FUNCTIONS = {
  createCore: ['ov_core_create', [OUT]],
  readModel: ['ov_core_read_model', [P, TEXT, TEXT, OUT]],
  // Variadic in C: properties may follow. With their number at 0 none are read, and they are set on the core before.
  compileModel: ['ov_core_compile_model', [P, P, TEXT, 'size_t', OUT]],
  createRequest: ['ov_compiled_model_create_infer_request', [P, OUT]],
  getProperty: ['ov_compiled_model_get_property', [P, TEXT, OUT]],
  tensorFromHost: ['ov_tensor_create_from_host_ptr', ['int', 'ov_shape_t', P, OUT]],
  tensorShape: ['ov_tensor_get_shape', [P, P]],
  freeShape: ['ov_shape_free', [P]],
  tensorData: ['ov_tensor_data', [P, OUT]],
  tensorBytes: ['ov_tensor_get_byte_size', [P, P]],
  tensorType: ['ov_tensor_get_element_type', [P, P]],
  setTensor: ['ov_infer_request_set_tensor', [P, TEXT, P]],
  getTensor: ['ov_infer_request_get_tensor', [P, TEXT, OUT]],
  infer: ['ov_infer_request_infer', [P]],
} as const satisfies Record<string, [string, string[]]>;

const RELEASES = {
  core: 'ov_core_free',
  model: 'ov_model_free',
  compiled: 'ov_compiled_model_free',
  request: 'ov_infer_request_free',
  tensor: 'ov_tensor_free',
  text: 'ov_free',
} as const;

let opened: Promise<OpenvinoApi> | undefined;

/** Opens the library once a process. Throws `ENGINE_MISSING`, always with the same reason. */
export function openOpenvinoApi(env: Environment): Promise<OpenvinoApi> {
  opened ??= open(env);
  return opened;
}

async function open(env: Environment): Promise<OpenvinoApi> {
  const { path, foundBy } = locateOpenvino(env);
  try {
    return bind(await importKoffi(), path, foundBy);
  } catch (cause) {
    throw new R1Error('ENGINE_MISSING', `${path} (from ${foundBy}) cannot be used: ${(cause as Error).message}`, {
      fix: 'Install the OpenVINO of this platform, 2023.1 or newer: pip install openvino.',
      cause,
    });
  }
}

function bind(koffi: typeof Koffi, path: string, foundBy: string): OpenvinoApi {
  const library = koffi.load(path);
  const out = koffi.out(koffi.pointer(P));
  const types: Record<string, Type> = {
    [OUT]: out,
    ov_shape_t: koffi.struct({ rank: 'int64_t', dims: P }),
  };
  const at = (name: string, result: string, args: readonly string[]) =>
    library.func(name, result, args.map((type) => types[type] ?? type) as Type[]);
  const functions = Object.entries(FUNCTIONS).map(([id, [name, args]]) => [id, at(name, 'int', args)]);
  const releases = Object.entries(RELEASES).map(([id, name]) => [id, at(name, 'void', [P])]);
  const call = {
    ...Object.fromEntries(functions),
    setProperty: library.func('int ov_core_set_property(void *, const char *, ...)'),
  };
  const release = Object.fromEntries(releases);
  return {
    version: versionOf(koffi, library),
    ...{ path, foundBy, koffi, library, call, release },
    lastError: at('ov_get_last_err_msg', TEXT, []) as () => string,
    elementTypes: elementTypes(call, release),
  };
}

/**
 * `ov_element_type_e` began with UNDEFINED and DYNAMIC until 2024 and begins with DYNAMIC alone since: whether its fifth is f32 or
 * f16 is seen by the size of an element.
 */
function elementTypes(call: OpenvinoApi['call'], release: OpenvinoApi['release']): OpenvinoApi['elementTypes'] {
  const F32 = 4;
  const out: [Pointer | null] = [null];
  const bytes = new BigInt64Array(new ArrayBuffer(8));
  const one = BigInt64Array.of(1n);
  call.tensorFromHost(F32, { rank: 1, dims: one }, new Float32Array(1), out);
  call.tensorBytes(out[0], bytes);
  release.tensor!(out[0]!);
  const shift = bytes[0] === 4n ? 0 : 1;
  return table({
    [ELEMENT_TYPE.float16]: 3 + shift,
    [ELEMENT_TYPE.float32]: F32 + shift,
    [ELEMENT_TYPE.int32]: 9 + shift,
    [ELEMENT_TYPE.int64]: 10 + shift,
  });
}

function versionOf(koffi: typeof Koffi, library: Koffi.LibraryHandle): string {
  const version = koffi.struct({ buildNumber: TEXT, description: TEXT });
  const read = library.func('ov_get_openvino_version', 'int', [koffi.out(koffi.pointer(version))]);
  const found: [{ buildNumber: string } | null] = [null];
  read(found);
  return found[0]!.buildNumber;
}
