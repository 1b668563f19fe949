import { accessSync, constants } from 'node:fs';
import { type ExecaError, execa } from 'execa';
import { R1Error } from '../../core/errors.js';
import { ADD_ONNX, ONNX_ENGINE_FOLDER, onnxVersion } from '../../runners/onnx/installed.js';
import type { Context } from '../context.js';
import { removeUnused } from './slim.js';
import { unusedOnnx, withSizes } from './unused.js';

/** Version of ONNX Runtime that r1-tune can load now, or null. */
export function installedOnnx(): string | null {
  try {
    return onnxVersion();
  } catch {
    return null;
  }
}

/**
 * Installs ONNX Runtime into r1-tune's own folder: exactly the files of its lock, no install scripts, only this machine's
 * binaries. Gives its version. Throws `NOT_PERMITTED`, `TOOL_MISSING` or `DOWNLOAD_FAILED`.
 */
export async function addOnnx(context: Context): Promise<string> {
  checkWritable();
  context.emit({ type: 'note', text: "Fetching ONNX Runtime with npm: 110 MB, of which this machine's part is kept." });
  await npm(['ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund'], context.signal);
  removeUnused(withSizes(unusedOnnx(process)));
  return onnxVersion();
}

function checkWritable(): void {
  try {
    accessSync(ONNX_ENGINE_FOLDER, constants.W_OK);
  } catch (cause) {
    throw new R1Error('NOT_PERMITTED', `${ONNX_ENGINE_FOLDER} cannot be written.`, {
      fix: `Run \`${ADD_ONNX}\` as the user who installed r1-tune, for a global install often with sudo.`,
      cause,
    });
  }
}

async function npm(args: string[], signal: AbortSignal): Promise<void> {
  try {
    await execa('npm', [...args, '--prefix', ONNX_ENGINE_FOLDER, '--no-global'], {
      cwd: ONNX_ENGINE_FOLDER,
      stdin: 'ignore',
      cancelSignal: signal,
    });
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw npmFailure(cause as ExecaError);
  }
}

function npmFailure(error: ExecaError): R1Error {
  if (error.code === 'ENOENT')
    return new R1Error('TOOL_MISSING', 'npm is not installed, or not on the PATH.', {
      fix: `Install npm, then run \`${ADD_ONNX}\`.`,
    });
  const output = String(error.stderr ?? '')
    .split('\n')
    .filter((line) => line.startsWith('npm error') && !line.includes('complete log'))
    .slice(0, 6)
    .join('\n');
  return new R1Error('DOWNLOAD_FAILED', `npm could not install ONNX Runtime:\n${output || error.shortMessage}`, {
    fix: `Check npm's registry and proxy settings (\`npm ping\`), then run \`${ADD_ONNX}\` again.`,
    cause: error,
  });
}
