import { R1Error } from '../../core/errors.js';
import { table } from '../../core/table.js';

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
/** Digits alone (Qwen) or in groups of up to three (Llama 3). The rest is one pattern. */
const wordPattern = (digits: string): string =>
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const QWEN2 = wordPattern('\\p{N}');
const LLAMA3 = wordPattern('\\p{N}{1,3}');

/** Each digit by itself, before anything else (the Digits step of tokenizers, with `individual_digits`). */
export const DIGITS = '\\p{N}';

/** `tokenizer.ggml.pre` → patterns, one after the other, for the families that r1-tune runs. */
export const PATTERNS: Readonly<Record<string, string | readonly string[]>> = table({
  qwen2: QWEN2,
  'deepseek-r1-qwen': QWEN2,
  'llama-bpe': LLAMA3,
  llama3: LLAMA3,
  'smaug-bpe': LLAMA3,
  'llama-v3': LLAMA3,
  'gpt-2': GPT2,
  smollm: [DIGITS, GPT2],
});

/** The word patterns of a GGUF pre-tokenizer name. Throws `MODEL_UNSUPPORTED`. */
export function namedSplits(name: string): RegExp[] {
  const patterns = PATTERNS[name];
  if (patterns === undefined)
    throw new R1Error('MODEL_UNSUPPORTED', `The tokenizer's pre-tokenizer "${name}" is not known.`, {
      fix: `Use a model with one of: ${Object.keys(PATTERNS).join(', ')}; or run it with the llama-cpp backend.`,
    });
  return [patterns].flat().map(compileSplit);
}

/**
 * A pattern in the syntax of tokenizer.json (Oniguruma) → JavaScript. White space is Unicode's property, which JavaScript's
 * own \s differs from (U+0085, U+FEFF); inline `(?i:…)` becomes classes of both cases. Throws `MODEL_UNSUPPORTED`.
 */
export function compileSplit(pattern: string): RegExp {
  const source = pattern
    .replace(/\(\?i:([^()]*)\)/g, (_, body: string) => `(?:${bothCases(body)})`)
    .replaceAll('\\s', '\\p{White_Space}')
    .replaceAll('\\S', '\\P{White_Space}');
  try {
    return new RegExp(source, 'gu');
  } catch (cause) {
    throw new R1Error('MODEL_UNSUPPORTED', `The tokenizer splits text by a pattern that is not supported: ${pattern}`, {
      fix: 'Run the model with the llama-cpp backend.',
      cause,
    });
  }
}

const bothCases = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);

/** Cuts text at every match: matches and what lies between them, in order, nothing lost. */
export function splitText(text: string, patterns: readonly RegExp[]): string[] {
  return patterns.reduce((pieces, pattern) => pieces.flatMap((piece) => splitOnce(piece, pattern)), [text]);
}

function splitOnce(text: string, pattern: RegExp): string[] {
  const pieces: string[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue;
    if (match.index > end) pieces.push(text.slice(end, match.index));
    pieces.push(match[0]);
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}
