import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join } from 'node:path';
import { R1Error } from '../../core/errors.js';

/** OpenVINO's C library on this machine. */
export type OpenvinoRuntime = {
  path: string;
  /** What named it, in words. */
  foundBy: string;
};

/** A variable of the environment. */
export type Environment = (name: string) => string | undefined;

const LIBRARY: Partial<Record<NodeJS.Platform, RegExp>> = {
  linux: /^libopenvino_c\.so(\.\d+)*$/,
  darwin: /^libopenvino_c(\.\d+)*\.dylib$/,
  win32: /^openvino_c\.dll$/i,
};

const INSTALL = 'pip install openvino, or an archive of OpenVINO with INTEL_OPENVINO_DIR set to its folder';

/**
 * Finds the C library, without loading it: where R1TUNE_OPENVINO or INTEL_OPENVINO_DIR say, then in the Python package, in
 * openvino-node and where the loader looks. Throws `ENGINE_MISSING`; a variable that names a place without it is never passed over.
 */
export function locateOpenvino(env: Environment): OpenvinoRuntime {
  for (const name of ['R1TUNE_OPENVINO', 'INTEL_OPENVINO_DIR']) {
    const place = env(name);
    if (place) return { path: libraryIn(place) ?? refuse(name, place), foundBy: name };
  }
  const places: [foundBy: string, folders: () => string[]][] = [
    ['the Python package', pythonPackage],
    ['openvino-node', nodePackage],
    ["the loader's path", () => loaderPath(env)],
  ];
  for (const [foundBy, folders] of places) {
    const path = folders()
      .map(libraryIn)
      .find((found) => found !== undefined);
    if (path !== undefined) return { path, foundBy };
  }
  throw new R1Error('ENGINE_MISSING', 'OpenVINO is not installed.', {
    fix: `Install it: ${INSTALL}; or leave out --backend openvino.`,
  });
}

function refuse(name: string, place: string): never {
  throw new R1Error('ENGINE_MISSING', `${name} is ${place}, where there is no C library of OpenVINO.`, {
    fix: `Let it name the library or a folder of OpenVINO, or unset it and install: ${INSTALL}.`,
  });
}

/** Where packages and archives of OpenVINO keep their libraries, from the folder that stands for them. */
const INSIDE = [
  '',
  'libs',
  'bin',
  'lib',
  'runtime/lib/intel64',
  'runtime/lib/aarch64',
  'runtime/lib/arm64/Release',
  'runtime/lib/intel64/Release',
  'runtime/bin/intel64/Release',
  'runtime/bin/arm64/Release',
];

/** The library, when `place` is it or a folder that holds it. */
function libraryIn(place: string): string | undefined {
  const pattern = LIBRARY[process.platform];
  if (!pattern || !existsSync(place)) return undefined;
  if (!statSync(place).isDirectory()) return pattern.test(basename(place)) ? place : undefined;
  for (const inside of INSIDE) {
    const folder = join(place, inside);
    if (!existsSync(folder) || !statSync(folder).isDirectory()) continue;
    const file = readdirSync(folder).find((name) => pattern.test(name));
    if (file !== undefined) return join(folder, file);
  }
  return undefined;
}

const FIND_PACKAGE =
  "import importlib.util as u; s = u.find_spec('openvino'); print(s.submodule_search_locations[0] if s else '')";

/** The folder of the package of the Python that is first on the path, which is not loaded for it. */
function pythonPackage(): string[] {
  for (const python of process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python']) {
    try {
      const folder = execFileSync(python, ['-c', FIND_PACKAGE], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 10_000,
      });
      if (folder.trim() !== '') return [folder.trim()];
    } catch {
      // No such Python.
    }
  }
  return [];
}

function nodePackage(): string[] {
  try {
    return [dirname(createRequire(import.meta.url).resolve('openvino-node/package.json'))];
  } catch {
    return [];
  }
}

const LOADER: Partial<Record<NodeJS.Platform, { variable: string; folders: string[] }>> = {
  linux: {
    variable: 'LD_LIBRARY_PATH',
    folders: [
      '/usr/local/lib',
      '/usr/lib/x86_64-linux-gnu',
      '/usr/lib/aarch64-linux-gnu',
      '/usr/lib64',
      '/usr/lib',
      '/lib64',
    ],
  },
  darwin: { variable: 'DYLD_LIBRARY_PATH', folders: ['/opt/homebrew/lib', '/usr/local/lib'] },
  win32: { variable: 'PATH', folders: [] },
};

function loaderPath(env: Environment): string[] {
  const loader = LOADER[process.platform];
  if (!loader) return [];
  return [...(env(loader.variable)?.split(delimiter).filter(Boolean) ?? []), ...loader.folders];
}
