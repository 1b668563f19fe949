import type { Backend } from './candidate.js';
import type { ModelFile } from './model.js';

/** The engine that runs a model file. A script of the fake engine is JSON. */
export function backendOf(model: ModelFile): Backend {
  if (model.format === 'onnx') return 'onnx';
  return model.path.endsWith('.json') ? 'fake' : 'llama-cpp';
}
