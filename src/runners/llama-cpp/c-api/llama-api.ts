import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Koffi from 'koffi';
import { DEFAULTS, FUNCTIONS, RELEASE, STRUCTS } from '../../../formats/llama-abi/header.js';
import { llamaFolder, llamaLibraries } from '../../../formats/llama-abi/library.js';
import { importKoffi } from '../../koffi.js';
import { packageFolder } from '../../package-folder.js';
import { CApiUnavailable } from './unavailable.js';

export type Pointer = bigint;
type KoffiType = string | Koffi.TypeObject;
type Native = Koffi.KoffiFunc<(...args: unknown[]) => unknown>;
type Functions = { [Library in keyof typeof FUNCTIONS]: Record<keyof (typeof FUNCTIONS)[Library], Native> };

/** The part of llama.cpp's C API that the engine needs: functions as llama.h declares them, by the library they are in. */
export type LlamaApi = Omit<Functions, 'cpu'> & {
  koffi: typeof Koffi;
  /** The folder of the libraries, in which those of the kernels are. */
  folder: string;
  struct: Record<keyof typeof STRUCTS, Koffi.TypeObject>;
  /** A function at an address, with the signature that the header gives it. */
  at<Name extends keyof typeof FUNCTIONS.cpu>(name: Name, address: Pointer): Native;
  /** Held for ever: koffi unloads a library whose handle is collected, and every function above would point nowhere. */
  handles: Koffi.LibraryHandle[];
};

let opened: Promise<LlamaApi> | undefined;

/** Opens the libraries that node-llama-cpp brings. Throws `CApiUnavailable`, always with the same reason. */
export function openLlamaApi(): Promise<LlamaApi> {
  opened ??= open();
  return opened;
}

async function open(): Promise<LlamaApi> {
  const installed = installedRelease();
  if (installed !== RELEASE.tag)
    throw new CApiUnavailable(`node-llama-cpp brings llama.cpp ${installed}, the layouts here are of ${RELEASE.tag}`);
  try {
    const api = bind(await importKoffi(), llamaFolder());
    checkLayouts(api);
    return api;
  } catch (cause) {
    if (cause instanceof CApiUnavailable) throw cause;
    throw new CApiUnavailable((cause as Error).message, { cause });
  }
}

function installedRelease(): string {
  const file = join(packageFolder('node-llama-cpp', import.meta.url), 'llama', 'binariesGithubRelease.json');
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { release: string }).release;
  } catch (cause) {
    throw new CApiUnavailable('node-llama-cpp does not say which llama.cpp it brings', { cause });
  }
}

function bind(koffi: typeof Koffi, folder: string): LlamaApi {
  const struct = Object.fromEntries(
    Object.entries(STRUCTS).map(([name, members]) => [name, koffi.struct(membersOf(koffi, members))]),
  ) as LlamaApi['struct'];
  const typeOf = (name: string): KoffiType => (name in struct ? struct[name as keyof typeof struct] : name);
  const typesOf = ([result, args]: readonly [string, readonly string[]]) => [typeOf(result), args.map(typeOf)] as const;
  const paths = llamaLibraries(folder);
  // In this order each finds those it needs already loaded.
  const base = koffi.load(paths.ggmlBase);
  const ggml = koffi.load(paths.ggml);
  const llama = koffi.load(paths.llama);
  const bound = (library: Koffi.LibraryHandle, functions: Record<string, readonly [string, readonly string[]]>) =>
    Object.fromEntries(Object.entries(functions).map(([name, types]) => [name, library.func(name, ...typesOf(types))]));
  return {
    koffi,
    folder,
    struct,
    llama: bound(llama, FUNCTIONS.llama) as LlamaApi['llama'],
    ggml: bound(ggml, FUNCTIONS.ggml) as LlamaApi['ggml'],
    ggmlBase: bound(base, FUNCTIONS.ggmlBase) as LlamaApi['ggmlBase'],
    at: (name, address) => koffi.decode(address, koffi.proto(...typesOf(FUNCTIONS.cpu[name]))) as Native,
    handles: [base, ggml, llama],
  };
}

type Members = Record<string, string | readonly [string, number]>;

const membersOf = (koffi: typeof Koffi, members: Members): Record<string, KoffiType> =>
  Object.fromEntries(
    Object.entries(members).map(([name, type]) => [name, typeof type === 'string' ? type : koffi.array(...type)]),
  );

/** The library's own defaults, read through the layouts: one member too many or too few shifts all that follow. */
function checkLayouts({ llama }: LlamaApi): void {
  const read = {
    llama_model_params: llama.llama_model_default_params(),
    llama_context_params: llama.llama_context_default_params(),
  } as Record<string, Record<string, unknown>>;
  for (const [struct, found] of Object.entries(read))
    for (const [member, value] of Object.entries(DEFAULTS[struct as keyof typeof DEFAULTS]))
      if (found[member] !== value)
        throw new CApiUnavailable(
          `this library's ${struct}.${member} is ${String(found[member])}, llama.cpp ${RELEASE.tag} has ${value}`,
        );
}
