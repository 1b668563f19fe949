import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { R1Error } from '../../core/errors.js';
import { compileSplit, DIGITS } from './split.js';
import { TOKEN_TYPE, type Vocabulary } from './vocabulary.js';

const addedToken = z.object({ id: z.int().min(0), content: z.string(), special: z.boolean().default(false) });
const normalizer = z.looseObject({ type: z.string() });
const preTokenizer = z.looseObject({
  type: z.string(),
  pattern: z.object({ Regex: z.string().optional() }).optional(),
  behavior: z.string().optional(),
  invert: z.boolean().optional(),
  add_prefix_space: z.boolean().optional(),
  use_regex: z.boolean().optional(),
  individual_digits: z.boolean().optional(),
});
const steps = <Part extends z.ZodType>(part: Part, list: 'normalizers' | 'pretokenizers') =>
  z.preprocess((value) => {
    const { type, [list]: parts } = (value ?? {}) as Record<string, unknown>;
    return type === undefined ? [] : type === 'Sequence' ? parts : [value];
  }, z.array(part));

const tokenizerJson = z.object({
  added_tokens: z.array(addedToken).default([]),
  normalizer: steps(normalizer, 'normalizers'),
  pre_tokenizer: steps(preTokenizer, 'pretokenizers'),
  post_processor: z.unknown().optional(),
  model: z.object({
    type: z.string(),
    vocab: z.record(z.string(), z.int().min(0)),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])).default([]),
    ignore_merges: z.boolean().nullish(),
    unk_token: z.string().nullish(),
  }),
});
type TokenizerJson = z.infer<typeof tokenizerJson>;

/** The vocabulary in a Hugging Face tokenizer.json of a byte-level BPE. EOS is not in it and stays empty. */
export function readTokenizerJson(path: string): Vocabulary {
  const parsed = tokenizerJson.safeParse(readJson(path));
  if (!parsed.success)
    throw new R1Error('MODEL_INVALID', `${path} is no tokenizer.json: ${z.prettifyError(parsed.error)}`);
  const { model, added_tokens: added, normalizer: normalizers, pre_tokenizer: cuts } = parsed.data;
  checkKind(path, parsed.data);
  const ids = [Object.values(model.vocab), added.map(({ id }) => id)].flat();
  const size = ids.reduce((most, id) => Math.max(most, id + 1), 0);
  const tokens = new Array<string>(size).fill('');
  const types = new Array<number>(size).fill(TOKEN_TYPE.unused);
  for (const [token, id] of Object.entries(model.vocab)) {
    tokens[id] = token;
    types[id] = TOKEN_TYPE.normal;
  }
  for (const { id, content, special } of added) {
    tokens[id] = content;
    types[id] = special ? TOKEN_TYPE.control : TOKEN_TYPE.userDefined;
  }
  return {
    kind: 'gpt2',
    tokens,
    types,
    merges: model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))),
    scores: [],
    splits: splitsOf(cuts),
    keepsWholeWords: model.ignore_merges ?? false,
    addsSpacePrefix: false,
    normalization: normalizers.some(({ type }) => type === 'NFC') ? 'NFC' : null,
    bosToken: beginTokenOf(parsed.data),
    eosTokens: [],
    unknownToken: model.unk_token ? (model.vocab[model.unk_token] ?? null) : null,
  };
}

const templateProcessing = z.looseObject({
  type: z.literal('TemplateProcessing'),
  single: z.array(z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }).optional() })),
});

/** What the post-processor puts in front of a single text; it may be one of a sequence. */
function beginTokenOf({ post_processor: processor, model, added_tokens: added }: TokenizerJson): number | null {
  const { processors } = (processor ?? {}) as { processors?: unknown[] };
  for (const step of processors ?? [processor]) {
    const text = templateProcessing.safeParse(step).data?.single[0]?.SpecialToken?.id;
    if (text !== undefined) return added.find(({ content }) => content === text)?.id ?? model.vocab[text] ?? null;
  }
  return null;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new R1Error('MODEL_INVALID', `${path} cannot be read as JSON: ${(cause as Error).message}`, { cause });
  }
}

/** Only what decoders of the qwen2 and llama families use: anything else would tokenize wrongly without a word. */
function checkKind(path: string, { model, normalizer: normalizers, pre_tokenizer: cuts }: TokenizerJson): void {
  const isByteLevel = cuts.some(({ type }) => type === 'ByteLevel');
  const odd = [
    ...(model.type === 'BPE' && isByteLevel ? [] : [`model ${model.type}${isByteLevel ? '' : ' without ByteLevel'}`]),
    ...normalizers.filter(({ type }) => type !== 'NFC').map(({ type }) => `normalizer ${type}`),
    ...cuts.filter((step) => !isKnownStep(step)).map(({ type }) => `pre-tokenizer ${type}`),
  ];
  if (odd.length > 0)
    throw new R1Error('MODEL_UNSUPPORTED', `The tokenizer in ${path} uses ${odd.join(', ')}.`, {
      fix: 'Use a model with a byte-level BPE tokenizer, or run the GGUF file with the llama-cpp backend.',
    });
}

const isKnownStep = (step: z.infer<typeof preTokenizer>): boolean =>
  step.type === 'Digits' ||
  (step.type === 'ByteLevel'
    ? step.add_prefix_space !== true
    : step.type === 'Split' && step.pattern?.Regex !== undefined && step.behavior === 'Isolated' && !step.invert);

/** GPT-2's own pattern, which ByteLevel applies unless told not to (tokenizers, `ByteLevel.use_regex`). */
const BYTE_LEVEL_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const splitsOf = (cuts: TokenizerJson['pre_tokenizer']): RegExp[] =>
  cuts.flatMap((step) => {
    if (step.type === 'Digits') return [compileSplit(step.individual_digits ? DIGITS : `${DIGITS}+`)];
    if (step.type === 'Split') return [compileSplit(step.pattern!.Regex!)];
    return step.use_regex === false ? [] : [compileSplit(BYTE_LEVEL_PATTERN)];
  });
