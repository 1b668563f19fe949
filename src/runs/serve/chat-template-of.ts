import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelFile } from '../../core/model.js';
import { readGguf } from '../../formats/gguf/read.js';
import { textOf } from '../../formats/gguf/value.js';
import { VOCABULARY } from '../../models/onnx/manifest.js';

const KEY = 'tokenizer.chat_template';

/** The chat template that a model's file or folder holds, a program in Jinja; null without one. */
export function chatTemplateOf({ format, path }: ModelFile): string | null {
  if (format === 'gguf') return templateIn(path);
  const vocabulary = join(dirname(path), VOCABULARY);
  return existsSync(vocabulary) ? templateIn(vocabulary) : publishedTemplate(dirname(path));
}

const templateIn = (gguf: string): string | null => textOf(readGguf(gguf).metadata, KEY) ?? null;

/** Folders of others keep it beside the graph, as Hugging Face does. */
function publishedTemplate(folder: string): string | null {
  const path = join(folder, 'tokenizer_config.json');
  if (!existsSync(path)) return null;
  const { chat_template } = JSON.parse(readFileSync(path, 'utf8')) as { chat_template?: unknown };
  return typeof chat_template === 'string' ? chat_template : null;
}
