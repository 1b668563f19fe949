/**
 * What libllama makes of a vocabulary beyond its metadata (src/llama-vocab.cpp, `llama_vocab::impl::load`, at the release
 * that node-llama-cpp carries). Both engines use it, so that they stop at the same tokens and begin alike.
 */

/** Texts that end an answer wherever a vocabulary has them. */
const END_TEXTS = [
  '<|eot_id|>',
  '<|im_end|>',
  '<|end|>',
  '<|return|>',
  '<|call|>',
  '<|flush|>',
  '<|calls|>',
  '<end_of_turn>',
  '<|endoftext|>',
  '</s>',
  '<|eom_id|>',
  '<EOT>',
  '_<EOT>',
  '[EOT]',
  '[EOS]',
  '<|end_of_text|>',
  '<end_of_utterance>',
  '<eos>',
  '<turn|>',
  '<|tool_response>',
  '<｜end▁of▁sentence｜>',
  '[e~[',
];
/** Tokens for filling in the middle after which nothing sensible comes: padding, next repository, next file. */
const FIM_END_TEXTS = [
  ['<|fim_pad|>', '<fim-pad>', '<fim_pad>', '<PAD>', '[PAD]'],
  ['<|fim_repo|>', '<|repo_name|>', '<fim-repo>', '<REPO>', '<reponame>'],
  ['<|file_sep|>'],
];
/** In harmony and Solar a message ends before the answer does: with both of a pair, `<|end|>` goes on. */
const GOES_ON_WITH = [
  ['<|return|>', '<|call|>'],
  ['<|calls|>', '<|flush|>'],
];
const MESSAGE_END = '<|end|>';

/** Keys `tokenizer.ggml.<name>_token_id` of tokens that end an answer. */
export const END_KEYS = ['eos', 'eot', 'eom', 'fim_pad', 'fim_rep', 'fim_sep'] as const;

/** Texts that libllama takes for control tokens whatever type the file gives them. */
export const ALWAYS_CONTROL: readonly string[] = [...END_TEXTS, ...FIM_END_TEXTS.flat()];

/** Ids at which an answer ends, ascending. `named`: ids that the metadata gives under `END_KEYS`. */
export function endTokens(tokens: readonly string[], named: readonly (number | null | undefined)[]): number[] {
  const wanted = new Set(ALWAYS_CONTROL);
  const ids = new Map<string, number>();
  tokens.forEach((text, id) => {
    if (wanted.has(text)) ids.set(text, id);
  });
  const given = named.filter((id): id is number => typeof id === 'number' && id >= 0 && id < tokens.length);
  const ends = new Set([...given, ...END_TEXTS.flatMap((text) => ids.get(text) ?? [])]);
  for (const texts of FIM_END_TEXTS) {
    const id = texts.map((text) => ids.get(text)).find((found) => found !== undefined);
    if (id !== undefined) ends.add(id);
  }
  const goesOn = GOES_ON_WITH.some((pair) => pair.every((text) => ends.has(ids.get(text) ?? -1)));
  if (goesOn) ends.delete(ids.get(MESSAGE_END)!);
  return [...ends].sort((a, b) => a - b);
}

const BEGINS_BY_PRE = ['llama3', 'llama-v3', 'llama-bpe', 'falcon3', 'falcon-h1', 'pixtral', 'midm-2.0', 'lfm2'];
const ALSO_BEGIN = ['jina-v5-nano', 'tekken', 'chameleon'];

/** Whether begin-of-sentence is put in front of a text. `flag`: `tokenizer.ggml.add_bos_token`, when the file has it. */
export function addsBos(kind: string, pre: string | undefined, flag: boolean | undefined): boolean {
  if (kind === 'gemma4' || pre === 'gemma4') return true;
  if (flag !== undefined) return flag;
  if (kind === 'gpt2') return pre !== undefined && [...BEGINS_BY_PRE, ...ALSO_BEGIN].includes(pre);
  return kind === 'llama' || kind === 'bert';
}
