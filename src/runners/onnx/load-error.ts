import { R1Error } from '../../core/errors.js';
import { NativeUnavailable } from './native/ort-api.js';

/** What ONNX Runtime says when a graph asks for an operator, type or version that it does not have. */
const UNSUPPORTED =
  /not a registered function|No Op registered|NOT_IMPLEMENTED|Could not find an implementation|Unsupported model IR version|ONNX Runtime only \*guarantees\* support|unsupported/i;

const OUT_OF_MEMORY = /failed to allocate|bad_alloc|cannot allocate memory/i;

/** ONNX Runtime's refusal of a model as an error with a fix. Errors that have one already pass. */
export function loadError(path: string, cause: unknown): unknown {
  if (cause instanceof R1Error) return cause;
  const message = (cause as Error).message;
  if (cause instanceof NativeUnavailable)
    return new R1Error('ENGINE_MISSING', `The C API of ONNX Runtime cannot be used: ${message}.`, { cause });
  if (OUT_OF_MEMORY.test(message))
    return new R1Error('MACHINE_UNFIT', `There is not enough memory for ${path}: ${message}`, {
      fix: 'Take a smaller quantization or model, or give the process more memory.',
      cause,
    });
  const isUnsupported = UNSUPPORTED.test(message);
  return new R1Error(
    isUnsupported ? 'MODEL_UNSUPPORTED' : 'MODEL_INVALID',
    `ONNX Runtime cannot load ${path}: ${message}`,
    {
      fix: isUnsupported
        ? 'Use a graph with operators that this ONNX Runtime has, for example one made by `r1-tune models onnx`.'
        : 'Fetch or convert the model again.',
      cause,
    },
  );
}
