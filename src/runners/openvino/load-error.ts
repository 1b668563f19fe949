import { R1Error } from '../../core/errors.js';

const OUT_OF_MEMORY = /bad_alloc|cannot allocate memory|failed to allocate|not enough memory/i;
const UNSUPPORTED = /not supported|unsupported|no conversion|cannot be converted|not implemented/i;

/** OpenVINO's refusal of a model or property as an error with a remedy. Errors that have one already pass. */
export function loadError(path: string, cause: unknown): unknown {
  if (cause instanceof R1Error) return cause;
  const message = firstLines((cause as Error).message);
  if (OUT_OF_MEMORY.test(message))
    return new R1Error('MACHINE_UNFIT', `There is not enough memory for ${path}: ${message}`, {
      fix: 'Take a smaller quantization or model, or give the process more memory.',
      cause,
    });
  const isUnsupported = UNSUPPORTED.test(message);
  return new R1Error(
    isUnsupported ? 'MODEL_UNSUPPORTED' : 'MODEL_INVALID',
    `OpenVINO cannot load ${path}: ${message}`,
    {
      fix: 'Make the graph with `r1-tune models onnx` (graphs of older r1-tune too: it makes them so that OpenVINO reads them), or run it with --backend onnx.',
      cause,
    },
  );
}

/** Its messages name the places in its own source first, one a line. */
const firstLines = (message: string): string =>
  message
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^Exception from /.test(line))
    .slice(0, 3)
    .join(' ');
