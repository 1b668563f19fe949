import { randomStream } from '../../core/random.js';
import type { FakeScript } from './script.js';
import { EOS, type Vocabulary } from './vocabulary.js';

/** The bytes in a sequence as one character a byte, so that positions are byte offsets. */
export type Context = string;
/** What comes next after a context: a pure function, so that a cut answer goes on the same elsewhere. */
export type Continuation = (context: Context) => number;

type Rule = { after: string; when: string; tokens: { token: number; start: number }[] };

const SPACE = 32;
const WORDS = ['one ', 'two ', 'three ', 'four ', 'so ', 'then ', 'because ', 'rabbits ', 'heads ', 'légs ', '兔子 '];

export function continuation(script: FakeScript, vocabulary: Vocabulary): Continuation {
  const latin1 = (text: string) => Buffer.from(text).toString('latin1');
  const rules = script.answers.map(({ after, when, say }) => ({
    after: latin1(after),
    when: latin1(when),
    tokens: withOffsets(say, vocabulary),
  }));
  const words = WORDS.map((word) => withOffsets(word, vocabulary));
  return (context) => {
    const found = latestRule(rules, context);
    if (!found) return unscripted(script.seed, context, words);
    const answered = context.length - found.end;
    return found.rule.tokens.find(({ start }) => start >= answered)?.token ?? EOS;
  };
}

function withOffsets(text: string, vocabulary: Vocabulary): Rule['tokens'] {
  let start = 0;
  return vocabulary.tokenize(text, false).map((token) => {
    const entry = { token, start };
    start += vocabulary.bytesOf(token, true).length;
    return entry;
  });
}

function latestRule(rules: readonly Rule[], context: Context): { rule: Rule; end: number } | undefined {
  let best: { rule: Rule; end: number } | undefined;
  for (const rule of rules) {
    const at = rule.after === '' ? 0 : context.lastIndexOf(rule.after);
    const end = at + rule.after.length;
    if (at < 0 || !context.includes(rule.when) || (best && best.end >= end)) continue;
    best = { rule, end };
  }
  return best;
}

/** Seeded words without end: which word stands at an offset depends on the offset alone. */
function unscripted(seed: number, context: Context, words: readonly Rule['tokens'][]): number {
  const wordStart = context.lastIndexOf(' ') + 1;
  const draw = randomStream(seed, `${wordStart}`)();
  const word = words[Math.floor(draw * words.length)]!;
  return word.find(({ start }) => start >= context.length - wordStart)?.token ?? SPACE;
}
