import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { R1Error } from '../../core/errors.js';
import { readGgufVocabulary } from './gguf-vocabulary.js';
import { endTokens } from './special-rules.js';
import { readTokenizerConfig, tokenizerFolder } from './tokenizer-config.js';
import { readTokenizerJson } from './tokenizer-json.js';
import type { Vocabulary } from './vocabulary.js';

const ids = z
  .union([z.int(), z.array(z.int())])
  .nullish()
  .transform((value) => [value ?? []].flat());
const namedTokens = z.object({ bos_token_id: ids, eos_token_id: ids });
/** genai_config.json holds them one level deeper. */
const config = z.union([z.object({ model: namedTokens }).transform(({ model }) => model), namedTokens]);

/** The most deliberate first: what onnxruntime-genai and transformers read before they fall back to config.json. */
const CONFIGS = ['genai_config.json', 'generation_config.json', 'config.json'];

/**
 * The vocabulary beside a graph: the tokenizer.gguf that our converter leaves there, or the tokenizer.json of a
 * published export, in the same folder or the one above (onnx-community keeps graphs in `onnx/`).
 * Throws `MODEL_NOT_FOUND` when there is neither, and as the readers do.
 */
export function findVocabulary(graphPath: string): Vocabulary {
  const folder = dirname(graphPath);
  const gguf = join(folder, 'tokenizer.gguf');
  if (existsSync(gguf)) return readGgufVocabulary(gguf);
  const home = tokenizerFolder(folder);
  if (home === undefined)
    throw new R1Error(
      'MODEL_NOT_FOUND',
      `There is no tokenizer beside ${graphPath}: neither tokenizer.gguf nor tokenizer.json.`,
      {
        fix: 'Fetch the whole folder of the model, tokenizer.json included.',
      },
    );
  const vocabulary = readTokenizerJson(join(home, 'tokenizer.json'));
  return { ...vocabulary, ...specialTokensOf([home, folder], vocabulary) };
}

function specialTokensOf(
  folders: readonly string[],
  { tokens, bosToken }: Vocabulary,
): Pick<Vocabulary, 'bosToken' | 'eosTokens'> {
  const paths = folders
    .flatMap((folder) => CONFIGS.map((name) => join(folder, name)))
    .filter((path) => existsSync(path));
  const found = paths.map(readConfig);
  const flag = addsBosIn(folders);
  const begin = found.flatMap(({ bos_token_id }) => bos_token_id)[0] ?? null;
  return {
    bosToken: flag === undefined ? bosToken : flag ? (bosToken ?? begin) : null,
    eosTokens: endTokens(tokens, found.find(({ eos_token_id }) => eos_token_id.length > 0)?.eos_token_id ?? []),
  };
}

/** What tokenizer_config.json says about begin-of-sentence; where it says nothing, tokenizer.json's post-processor does. */
function addsBosIn(folders: readonly string[]): boolean | undefined {
  for (const folder of folders) {
    const config = readTokenizerConfig(folder);
    if (config) return config.add_bos_token ?? undefined;
  }
  return undefined;
}

function readConfig(path: string): z.infer<typeof namedTokens> {
  try {
    return config.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new R1Error('MODEL_INVALID', `${path} cannot be read: ${why}`, { cause });
  }
}
