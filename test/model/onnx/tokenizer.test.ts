import { getLlama, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import { createEncode, type Encode } from '../../../src/formats/tokenizer/encode.js';
import { readGgufVocabulary } from '../../../src/formats/tokenizer/gguf-vocabulary.js';
import { createTokenBytes } from '../../../src/runners/token-bytes.js';
import { sharedFile } from '../../helpers/shared.js';

const TEXTS = [
  '',
  ' ',
  '  ',
  '\n',
  '\n\n \t\r\n  x',
  'Hello world',
  ' Hello',
  "Hello, y'all! How are you 😁 ?我想在apple工作1314151天～",
  "I'M we'LL you'd DON'T 'sentinel 'S",
  '今天鸡兔同笼，上有三十五头，下有九十四足，问鸡兔各几何？',
  '123 4567 0.5 1,000,000 ٣٤٥ ½ Ⅷ',
  'function f(x) { return x+++1; } // ok\n\n\n\tif (a && b) {}',
  'نحن نتعلم العربية',
  'Việt Nam naïve café Å e\u0301 ﬁ',
  '👨‍👩‍👧‍👦 🇨🇳 ❤️',
  'a\u0085b\u00a0c\u2003d\ufeffe\u200bf',
  '\u0000\u0001\u007f',
  '<think>\nSo\n</think>\n\n\\boxed{42}',
  '<｜begin▁of▁sentence｜><｜User｜>Hi<｜Assistant｜><think>\n',
  '<|im_start|>user\n<|endoftext|>',
  'a'.repeat(500),
  `${'ab '.repeat(300)}end`,
  '=====-----_____#####!!!!!?????',
  'ĀāĂ ßẞ ΣΑΣ ς ǅ ǆ ı İ ſ',
  "'ſ 'K",
  `xxxxxxx${' '.repeat(9)}y`,
];

/** Mixed scripts, spaces, digits and signs in random order. */
function randomTexts(count: number): string[] {
  const random = seededRandom(5);
  const pool = [
    ..." \n\t\r'.,!?-_()0123456789abcdefgABCDEFGstSTé漢字かなж한글😀̈٣",
    '<think>',
    "'s",
    "'LL",
    ' the',
    '  ',
  ];
  const piece = (): string => pool[Math.floor(random() * pool.length)]!;
  return Array.from({ length: count }, () => Array.from({ length: 1 + Math.floor(random() * 40) }, piece).join(''));
}

describe.each(['tokenizers/deepseek-r1-distill-qwen-vocab.gguf', 'stories260K-f32.gguf'])('%s', (name) => {
  const path = sharedFile(`models/${name}`);
  let model: LlamaModel;
  let encode: Encode;

  beforeAll(async () => {
    if (path === undefined) return;
    const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error, maxThreads: 0 });
    model = await llama.loadModel({ modelPath: path, vocabOnly: true });
    encode = createEncode(readGgufVocabulary(path));
  });
  afterAll(async () => {
    await model?.dispose();
  });

  it.skipIf(path === undefined).each([true, false])('ids equal llama.cpp’s, special tokens parsed: %s', (special) => {
    for (const text of [...TEXTS, ...randomTexts(1500)])
      expect({ text, ids: encode(text, { special }) }).toEqual({ text, ids: [...model.tokenize(text, special)] });
  });

  it.skipIf(path === undefined)('the bytes of the ids are the text', () => {
    const vocabulary = readGgufVocabulary(path!);
    const bytesOf = createTokenBytes(vocabulary);
    for (const text of [...TEXTS, ...randomTexts(300)]) {
      const ids = encode(text, { special: true });
      const joined = Buffer.concat(ids.map((id) => bytesOf(id, { special: true }))).toString('utf8');
      // SentencePiece writes a space as ▁, so the sign itself comes back as a space, and text starts with one.
      const isPiece = vocabulary.kind === 'llama' && text !== '';
      expect(joined).toBe(isPiece ? ` ${text.replaceAll('▁', ' ')}` : text);
    }
  });
});
