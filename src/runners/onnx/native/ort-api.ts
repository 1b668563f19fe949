import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as Koffi from 'koffi';
import { importKoffi } from '../../koffi.js';
import { onnxFile, onnxVersion } from '../installed.js';

/** Why the C API cannot be used here; the runner then goes through onnxruntime-node. */
export class NativeUnavailable extends Error {}

export type Pointer = bigint;

/**
 * The part of ONNX Runtime's C API that a decoder needs. Every function gives a status, null for success, except
 * releases. ORT promises that the order of the table never changes and that a library serves all older versions.
 */
export type OrtApi = {
  version: string;
  koffi: typeof Koffi;
  /** Held for ever: koffi unloads a library whose handle is collected, and every function above would point nowhere. */
  library: Koffi.LibraryHandle;
  call: Record<keyof typeof FUNCTIONS, Koffi.KoffiFunc<(...args: unknown[]) => Pointer | null>>;
  errorCode: (status: Pointer) => number;
  errorMessage: (status: Pointer) => string;
  release: Record<keyof typeof RELEASES, (object: Pointer) => void>;
};

/** API version of the header that the places below were counted in (ONNX Runtime 1.22). */
const API_VERSION = 22;

const P = 'void *';
const OUT = 'out';
const PATH = process.platform === 'win32' ? 'const char16_t *' : 'const char *';

/** Function → place in `struct OrtApi` (onnxruntime_c_api.h) and argument types. */
const FUNCTIONS = {
  createEnv: [3, ['int', 'const char *', OUT]],
  createSession: [7, [P, PATH, P, OUT]],
  run: [9, [P, P, P, P, 'size_t', P, 'size_t', P]],
  createSessionOptions: [10, [OUT]],
  setExecutionMode: [13, [P, 'int']],
  disableMemPattern: [17, [P]],
  disableCpuMemArena: [19, [P]],
  setGraphOptimizationLevel: [23, [P, 'int']],
  setIntraOpNumThreads: [24, [P, 'int']],
  setInterOpNumThreads: [25, [P, 'int']],
  createTensorWithData: [49, [P, P, 'size_t', P, 'size_t', 'int', OUT]],
  createCpuMemoryInfo: [69, ['int', 'int', OUT]],
  addSessionConfigEntry: [130, [P, 'const char *', 'const char *']],
} as const satisfies Record<string, [number, string[]]>;

const RELEASES = { status: 93, memoryInfo: 94, session: 95, value: 96, sessionOptions: 100 } as const;
const ERROR_CODE = 1;
const ERROR_MESSAGE = 2;

let opened: Promise<OrtApi> | undefined;

/** Opens the library that onnxruntime-node brings. Throws `NativeUnavailable`, always with the same reason. */
export function openOrtApi(): Promise<OrtApi> {
  opened ??= open();
  return opened;
}

async function open(): Promise<OrtApi> {
  const { path, version } = locateLibrary();
  const koffi = await importKoffi().catch((cause: Error) => {
    throw new NativeUnavailable(`koffi cannot be used: ${cause.message}`, { cause });
  });
  try {
    return bind(koffi, path, version);
  } catch (cause) {
    if (cause instanceof NativeUnavailable) throw cause;
    throw new NativeUnavailable(`${path} cannot be used: ${(cause as Error).message}`, { cause });
  }
}

const LIBRARY: Partial<Record<NodeJS.Platform, RegExp>> = {
  linux: /^libonnxruntime\.so(\.\d+)*$/,
  darwin: /^libonnxruntime\.[\d.]+\.dylib$/,
  win32: /^onnxruntime\.dll$/,
};

function locateLibrary(): { path: string; version: string } {
  const manifest = packageManifest();
  const root = join(dirname(manifest), 'bin');
  const folders = existsSync(root)
    ? readdirSync(root).map((abi) => join(root, abi, process.platform, process.arch))
    : [];
  const files = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => ({ folder, name })));
  const library = files.find(({ name }) => LIBRARY[process.platform]?.test(name));
  if (!library) throw new NativeUnavailable(`onnxruntime-node has no library for ${process.platform} ${process.arch}`);
  return { path: join(library.folder, library.name), version: onnxVersion() };
}

function packageManifest(): string {
  try {
    return onnxFile('onnxruntime-node/package.json');
  } catch (cause) {
    throw new NativeUnavailable('onnxruntime-node is not installed', { cause });
  }
}

function bind(koffi: typeof Koffi, path: string, expected: string): OrtApi {
  const library = koffi.load(path);
  const base: Pointer = library.func('OrtGetApiBase', P, [])();
  const [getApi, getVersion] = koffi.decode(base, koffi.array(P, 2)) as [Pointer, Pointer];
  const version: string = koffi.decode(getVersion, koffi.proto('const char *', []))();
  if (version !== expected)
    throw new NativeUnavailable(`the library is version ${version}, onnxruntime-node is ${expected}`);
  const table: Pointer | null = koffi.decode(getApi, koffi.proto(P, ['uint32_t']))(API_VERSION);
  if (table === null) throw new NativeUnavailable(`ONNX Runtime ${version} does not serve C API ${API_VERSION}`);
  const places = koffi.decode(table, koffi.array(P, FUNCTIONS.addSessionConfigEntry[0] + 1)) as Pointer[];
  const out = koffi.out(koffi.pointer(P));
  const at = (place: number, result: string, args: readonly string[]) =>
    koffi.decode(places[place]!, koffi.proto(result, args.map((type) => (type === OUT ? out : type)) as string[]));
  const functions = Object.entries(FUNCTIONS).map(([name, [place, args]]) => [name, at(place, P, args)]);
  const releases = Object.entries(RELEASES).map(([name, place]) => [name, at(place, 'void', [P])]);
  return {
    version,
    koffi,
    library,
    call: Object.fromEntries(functions),
    errorCode: at(ERROR_CODE, 'int', [P]),
    errorMessage: at(ERROR_MESSAGE, 'const char *', [P]),
    release: Object.fromEntries(releases),
  };
}
