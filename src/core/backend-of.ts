import { type Backend, firstBackendOf } from './backends.js';
import type { ModelFile } from './model.js';

/** The engine that runs a model file. A script of the fake engine is JSON. */
export const backendOf = (model: ModelFile): Backend => (model.path.endsWith('.json') ? 'fake' : firstBackendOf(model));
