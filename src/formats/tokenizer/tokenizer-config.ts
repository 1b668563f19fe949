import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { invalidModel, parseFailure } from '../invalid.js';

/** A special token is written as its text, or as an object that holds it. */
const tokenName = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])
  .nullish();

const configSchema = z.looseObject({
  bos_token: tokenName,
  eos_token: tokenName,
  pad_token: tokenName,
  unk_token: tokenName,
  add_bos_token: z.boolean().nullish(),
  add_eos_token: z.boolean().nullish(),
  chat_template: z.union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))]).nullish(),
});
/** tokenizer_config.json, or special_tokens_map.json, which has some of its fields. */
export type TokenizerConfig = z.infer<typeof configSchema>;

/** A JSON file of a model's folder; undefined where it is not there. Throws MODEL_INVALID. */
export function readJson<T>(path: string, schema: z.ZodType<T>, expected: string): T | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw invalidModel(path, `not readable (${parseFailure(cause)})`, expected, cause);
  }
}

export const readTokenizerConfig = (folder: string, name = 'tokenizer_config.json'): TokenizerConfig | undefined =>
  readJson(join(folder, name), configSchema, 'names of special tokens');

/** Where the tokenizer.json of a graph lies: beside it, or one folder up, as onnx-community keeps graphs in `onnx/`. */
export const tokenizerFolder = (graphFolder: string): string | undefined =>
  [graphFolder, dirname(graphFolder)].find((folder) => existsSync(join(folder, 'tokenizer.json')));

/** `name` is "default" for the one that is meant when nobody names one; `place` says where it stands. */
export type NamedTemplate = { name: string; place: string; source: string };

const DEFAULT = 'default';

/** The chat templates of a folder, the default first. chat_template.jinja wins over tokenizer_config.json, as in transformers. */
export function chatTemplatesIn(folder: string, config: TokenizerConfig | undefined): NamedTemplate[] {
  const file = join(folder, 'chat_template.jinja');
  if (existsSync(file)) return [fromFile(file, DEFAULT), ...additional(join(folder, 'additional_chat_templates'))];
  const where = join(folder, 'tokenizer_config.json');
  const inConfig = config?.chat_template ?? [];
  if (typeof inConfig === 'string') return [{ name: DEFAULT, place: where, source: inConfig }];
  return inConfig
    .map(({ name, template }) => ({ name, place: `${where}: ${name}`, source: template }))
    .sort((a, b) => Number(b.name === DEFAULT) - Number(a.name === DEFAULT));
}

const additional = (folder: string): NamedTemplate[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.jinja'))
        .map((name) => fromFile(join(folder, name), basename(name, '.jinja')))
    : [];

const fromFile = (path: string, name: string): NamedTemplate => ({
  name,
  place: path,
  source: readFileSync(path, 'utf8'),
});
