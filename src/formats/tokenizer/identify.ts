import { namedSplits, PATTERNS, splitText } from './split.js';

/**
 * Text on which word patterns differ: contractions in both cases, numbers of all lengths, scripts with and without case,
 * combining marks, blanks and line ends of all kinds, signs before and after words, emoji.
 */
const PROBE = [
  "I'm we'VE THEY'LL it's don't x'Re 'tis",
  '1 12 123 1234 12345678 3.14 1,000,000 a1b22c333 ٣٤٥ Ⅷ ½ 二〇二六',
  'camelCase HTTPServer XMLHttpRequest iPhone McDonald ÉCOLE straße ŁÓDŹ ΑΒγδ ДОМdom',
  'e\u0301 a\u0308b क्षत्रिय ภาษาไทย 한국어 日本語 中文，句子。العربية עברית',
  'a  b   c\td\n\ne\r\nf \n \n\n  g\u00a0h\u3000i\u0085j',
  ' _x__y ->z !!?! (a) [b] {c} "d" #e @f $1 %2 ^& *= +- /path/to\\file http://a.b/c?d=e&f#g',
  '…—–•·«»“”’ €5 £6 🙂🙃👨‍👩‍👧 🇩🇪 x²y³ \n/\n// \n* end ',
].join(' \n');

/** llama.cpp's name takes words that are tokens whole for these (`ignore_merges`), and for no others. */
export const WHOLE_WORDS: ReadonlySet<string> = new Set(['llama-bpe', 'llama3', 'llama-v3']);

/**
 * The GGUF name of a pre-tokenizer that cuts a hard text exactly as these patterns do, or null: a name that is nearly
 * right would tokenize some texts otherwise without a word.
 */
export function preTokenizerName(splits: readonly RegExp[], keepsWholeWords: boolean): string | null {
  const cut = JSON.stringify(splitText(PROBE, splits));
  const isSame = (name: string): boolean =>
    WHOLE_WORDS.has(name) === keepsWholeWords && JSON.stringify(splitText(PROBE, namedSplits(name))) === cut;
  return Object.keys(PATTERNS).find(isSame) ?? null;
}
