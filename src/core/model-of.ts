import { backendOf } from './backend-of.js';
import type { ModelFile } from './model.js';

/** Whether a file is the one that a configuration runs: its engine and its quantization say so. */
export const isModelOf = (model: ModelFile, { backend, quant }: { backend: string; quant: string }): boolean =>
  backendOf(model) === backend && model.quant === quant;
