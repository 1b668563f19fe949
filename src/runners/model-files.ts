import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ModelFile, ModelFormat } from '../core/model.js';
import { partNames } from '../formats/gguf/part-names.js';
import { tokenizerFolder } from '../formats/tokenizer/tokenizer-config.js';

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => join(folder, name));

/** What onnx-community keeps one folder above its graphs; weights of other formats may lie there too. */
const COMPANION = /^(tokenizer.*|.*config|special_tokens_map|chat_template)\.(json|jinja|model)$/;

/** The weights and the tokenizer of a graph lie beside it, or the tokenizer one folder above (formats/tokenizer/find-vocabulary.ts). */
function onnxFiles(path: string): string[] {
  const folder = dirname(path);
  const own = filesIn(folder);
  const home = tokenizerFolder(folder) ?? folder;
  if (home === folder || existsSync(join(folder, 'tokenizer.gguf'))) return own;
  return [...own, ...filesIn(home).filter((file) => COMPANION.test(basename(file)))];
}

const FILES: Record<ModelFormat, (path: string) => string[]> = { gguf: partNames, onnx: onnxFiles };

/** Every file that a model is read from: all parts of a GGUF, what lies with a graph. Throws ENOENT for a folder that is not there. */
export const filesOf = ({ format, path }: ModelFile): string[] => FILES[format](path);
