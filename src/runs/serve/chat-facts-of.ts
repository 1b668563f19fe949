import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { R1Error } from '../../core/errors.js';
import type { ModelFile } from '../../core/model.js';
import { type GgufFile, readGguf } from '../../formats/gguf/read.js';
import { numberOf, numbersOf, textOf, textsOf } from '../../formats/gguf/value.js';
import { ALWAYS_CONTROL } from '../../formats/tokenizer/special-rules.js';
import { TOKEN_TYPE } from '../../formats/tokenizer/vocabulary.js';
import { VOCABULARY } from '../../models/onnx/manifest.js';
import { builtInTemplate, isBuiltIn } from '../../serve/template/built-in.js';
import type { ChatFacts } from '../../serve/template/choose-template.js';
import type { TemplateSource, TemplateVocabulary } from '../../serve/template/model-template.js';
import { publishedChatFacts } from './published-chat-facts.js';

/** The chat templates that a model's file or folder holds, and what of its vocabulary they need. */
export function chatFactsOf({ format, path }: ModelFile): ChatFacts {
  if (format === 'gguf') return factsIn(path);
  const vocabulary = join(dirname(path), VOCABULARY);
  return existsSync(vocabulary) ? factsIn(vocabulary) : publishedChatFacts(dirname(path));
}

/** `--chat-template`: a file in Jinja, or the name of a built-in template. */
export function askedTemplate(asked: string): TemplateSource {
  if (existsSync(asked)) return { name: asked, source: readFileSync(asked, 'utf8') };
  if (isBuiltIn(asked)) return builtInTemplate(asked);
  throw new R1Error('USAGE', `--chat-template: there is no file and no built-in template "${asked}".`, {
    fix: 'Give a file in Jinja, or one of deepseek-r1, chatml, llama-3, plain.',
  });
}

function factsIn(path: string): ChatFacts {
  const file = readGguf(path);
  return { templates: templatesIn(file), vocabulary: vocabularyIn(file) };
}

const KEY = 'tokenizer.chat_template';

/** The usual one first, then those under names of their own (`tokenizer.chat_template.tool_use`). */
function templatesIn({ metadata, path }: GgufFile): TemplateSource[] {
  const keys = [...metadata.keys()].filter((key) => key === KEY || key.startsWith(`${KEY}.`)).sort();
  return keys.flatMap((key) => {
    const source = textOf(metadata, key);
    return source ? [{ name: `${basename(path)}: ${key}`, source }] : [];
  });
}

function vocabularyIn({ metadata }: GgufFile): TemplateVocabulary {
  const tokens = textsOf(metadata, 'tokenizer.ggml.tokens') ?? [];
  const types = numbersOf(metadata, 'tokenizer.ggml.token_type') ?? [];
  const ofType = (...wanted: number[]) => tokens.filter((_, id) => wanted.includes(types[id]!));
  const forced = new Set(ALWAYS_CONTROL);
  const named = (name: string) => tokens[numberOf(metadata, `tokenizer.ggml.${name}_token_id`) ?? -1] ?? '';
  return {
    bosToken: named('bos'),
    eosToken: named('eos'),
    control: [
      ...ofType(TOKEN_TYPE.control, TOKEN_TYPE.unknown),
      ...tokens.filter((text, id) => forced.has(text) && types[id] !== TOKEN_TYPE.control),
    ],
    userDefined: ofType(TOKEN_TYPE.userDefined),
  };
}
