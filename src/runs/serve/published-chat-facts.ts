import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { R1Error } from '../../core/errors.js';
import type { ChatFacts } from '../../serve/template/choose-template.js';
import type { TemplateSource } from '../../serve/template/model-template.js';

const tokenName = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])
  .nullish();
const configSchema = z.looseObject({
  bos_token: tokenName,
  eos_token: tokenName,
  chat_template: z.union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))]).nullish(),
});
const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ content: z.string(), special: z.boolean().default(false) })).default([]),
});

/** The same for a folder as Hugging Face has it. onnx-community keeps graphs one level below the tokenizer. */
export function publishedChatFacts(graphFolder: string): ChatFacts {
  const home = [graphFolder, dirname(graphFolder)].find((folder) => existsSync(join(folder, 'tokenizer.json')));
  const folder = home ?? graphFolder;
  const config = read(join(folder, 'tokenizer_config.json'), configSchema);
  const names = read(join(folder, 'special_tokens_map.json'), configSchema);
  const added = read(join(folder, 'tokenizer.json'), tokenizerSchema)?.added_tokens ?? [];
  const texts = (special: boolean) => added.filter((token) => token.special === special).map(({ content }) => content);
  return {
    templates: templatesOf(folder, config?.chat_template),
    vocabulary: {
      bosToken: config?.bos_token ?? names?.bos_token ?? '',
      eosToken: config?.eos_token ?? names?.eos_token ?? '',
      control: texts(true),
      userDefined: texts(false),
    },
  };
}

/** A chat_template.jinja wins over tokenizer_config.json, as in transformers; others lie in additional_chat_templates/. */
function templatesOf(folder: string, inConfig: z.infer<typeof configSchema>['chat_template']): TemplateSource[] {
  const file = join(folder, 'chat_template.jinja');
  if (existsSync(file)) return [fromFile(file), ...additional(join(folder, 'additional_chat_templates'))];
  const where = join(folder, 'tokenizer_config.json');
  if (typeof inConfig === 'string') return [{ name: where, source: inConfig }];
  const usualFirst = [...(inConfig ?? [])].sort((a, b) => Number(b.name === 'default') - Number(a.name === 'default'));
  return usualFirst.map(({ name, template }) => ({ name: `${where}: ${name}`, source: template }));
}

const additional = (folder: string): TemplateSource[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.jinja'))
        .map((name) => ({ name: `${folder}: ${basename(name, '.jinja')}`, source: textOfFile(join(folder, name)) }))
    : [];
const fromFile = (path: string): TemplateSource => ({ name: path, source: textOfFile(path) });
const textOfFile = (path: string): string => readFileSync(path, 'utf8');

function read<T>(path: string, schema: z.ZodType<T>): T | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new R1Error('MODEL_INVALID', `${path} cannot be read: ${why}`, { cause });
  }
}
