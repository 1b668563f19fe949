import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelFile, ModelFormat } from '../core/model.js';

/** The weights and the tokenizer of an ONNX graph lie beside it. */
const FILES: Record<ModelFormat, (path: string) => string[]> = {
  gguf: (path) => [path],
  onnx: (path) =>
    readdirSync(dirname(path), { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => join(dirname(path), name)),
};

/** Every file that a model is read from. */
export const filesOf = ({ format, path }: ModelFile): string[] => FILES[format](path);
