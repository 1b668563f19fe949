import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { R1Error } from '../../core/errors.js';

/**
 * ONNX Runtime is no dependency of this package: its install script fetches CUDA libraries from another host, and an npm package
 * cannot tell npm to leave a dependency's script out. `r1-tune engines add onnx` installs it into this folder without scripts.
 */
export const ONNX_ENGINE_FOLDER = fileURLToPath(new URL('../../../engines/onnxruntime/', import.meta.url));

/** Resolves as a file in the engine's folder would: what was added there first, then what is installed beside r1-tune. */
export const ONNX_ANCHOR = `${ONNX_ENGINE_FOLDER}package.json`;

const require = createRequire(ONNX_ANCHOR);

export const ADD_ONNX = 'r1-tune engines add onnx';

/** Where a module of onnxruntime-node lies, its main file by default. Throws `ENGINE_MISSING`. */
export function onnxFile(module = 'onnxruntime-node'): string {
  try {
    return require.resolve(module);
  } catch (cause) {
    throw new R1Error('ENGINE_MISSING', 'ONNX Runtime is not installed.', {
      fix: `Run \`${ADD_ONNX}\` (once, 110 MB from the npm registry), or choose --backend llama-cpp.`,
      cause,
    });
  }
}

/** Version of the package. Throws `ENGINE_MISSING`. */
export const onnxVersion = (): string =>
  (require(onnxFile('onnxruntime-node/package.json')) as { version: string }).version;

/** The binding itself, loaded now. Throws `ENGINE_MISSING`. */
export function onnxBinding(): typeof import('onnxruntime-common') {
  const main = onnxFile();
  try {
    return require(main);
  } catch (cause) {
    throw new R1Error('ENGINE_MISSING', `onnxruntime-node cannot be loaded: ${(cause as Error).message}`, { cause });
  }
}
