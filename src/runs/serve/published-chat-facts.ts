import { join } from 'node:path';
import * as z from 'zod';
import {
  chatTemplatesIn,
  readJson,
  readTokenizerConfig,
  tokenizerFolder,
} from '../../formats/tokenizer/tokenizer-config.js';
import type { ChatFacts } from '../../serve/template/choose-template.js';

const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ content: z.string(), special: z.boolean().default(false) })).default([]),
});

/** What a folder as Hugging Face has it says about chats. */
export function publishedChatFacts(graphFolder: string): ChatFacts {
  const folder = tokenizerFolder(graphFolder) ?? graphFolder;
  const config = readTokenizerConfig(folder);
  const names = readTokenizerConfig(folder, 'special_tokens_map.json');
  const added = readJson(join(folder, 'tokenizer.json'), tokenizerSchema, 'a list of added tokens')?.added_tokens ?? [];
  const texts = (special: boolean) => added.filter((token) => token.special === special).map(({ content }) => content);
  return {
    templates: chatTemplatesIn(folder, config).map(({ place, source }) => ({ name: place, source })),
    vocabulary: {
      bosToken: config?.bos_token ?? names?.bos_token ?? '',
      eosToken: config?.eos_token ?? names?.eos_token ?? '',
      control: texts(true),
      userDefined: texts(false),
    },
  };
}
