import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/core/engine.js';
import { answerAccuracy } from '../../../src/quality/answer-accuracy.js';
import { generatePuzzles, isRight, readAnswer } from '../../../src/quality/puzzles.js';

describe('puzzles', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(generatePuzzles(12, 3)).toEqual(generatePuzzles(12, 3));
    expect(generatePuzzles(12, 3)).not.toEqual(generatePuzzles(12, 4));
  });

  it('chickens and rabbits: the question holds for the answer', () => {
    for (const { question, answer } of generatePuzzles(120, 1)) {
      if (!/chickens|鸡/.test(question)) continue;
      const [heads, legs] = question.match(/\d+/g)!.map(Number);
      const [chickens, rabbits] = answer as [number, number];
      expect([chickens + rabbits, 2 * chickens + 4 * rabbits]).toEqual([heads, legs]);
    }
  });

  it('ages, coins, sums and heights hold too', () => {
    const numbers = (text: string) => text.match(/\d+/g)!.map(Number);
    for (const { question, answer } of generatePuzzles(120, 2)) {
      if (question.includes('mother')) {
        const [gap, years, sum] = numbers(question) as [number, number, number];
        expect(answer).toEqual([(sum - 2 * years - gap) / 2, (sum - 2 * years + gap) / 2]);
      }
      if (question.includes('coins')) {
        const [, , coins, cents] = numbers(question) as number[];
        const [small, large] = answer as [number, number];
        expect([small + large, 5 * small + 20 * large]).toEqual([coins, cents]);
      }
      if (question.includes('What is')) {
        const [a, b, times] = numbers(question) as [number, number, number];
        expect(answer).toEqual([(a + b) * times - a]);
      }
      if (question.includes('tallest')) expect(answer).toEqual([tallest(question)]);
    }
  });

  function tallest(question: string): number {
    const heights = new Map<string, number>();
    const [, first, cm] = /(\w+) is (\d+) cm tall/.exec(question)!;
    heights.set(first!, Number(cm));
    for (const [, who, by, how, whom] of question.matchAll(/(\w+) is (\d+) cm (taller|shorter) than (\w+)/g))
      heights.set(who!, heights.get(whom!)! + (how === 'taller' ? 1 : -1) * Number(by));
    expect(heights.size).toBe(5);
    return Math.max(...heights.values());
  }
});

describe('answers', () => {
  it.each([
    ['So…\nANSWER: 23 12', [23, 12]],
    ['ANSWER: 1\nNo, wait.\n**ANSWER:** $\\boxed{23}$ and \\boxed{12}', [23, 12]],
    ['答案如下\nANSWER：8，12', [8, 12]],
    ['answer: -4.5', [-4.5]],
    ['It is 23.', null],
    ['ANSWER: none', null],
  ])('%j', (text, expected) => {
    expect(readAnswer(text)).toEqual(expected);
  });

  it('order and number count', () => {
    const puzzle = { question: '', answer: [23, 12] };
    expect(isRight(puzzle, 'ANSWER: 23, 12')).toBe(true);
    expect(isRight(puzzle, 'ANSWER: 12, 23')).toBe(false);
    expect(isRight(puzzle, 'ANSWER: 23')).toBe(false);
  });
});

/** A model that says a fixed text, one character a token, after each prompt. */
function talker(says: (prompt: string) => string): Session {
  const turns = ['<｜User｜>', '<｜Assistant｜>'];
  const encode = (text: string): number[] => {
    const turn = turns.indexOf(text);
    return turn >= 0 ? [turn] : Array.from(text, (character) => 1000 + character.codePointAt(0)!);
  };
  const decode = (token: number): string => (token < 1000 ? '' : String.fromCodePoint(token - 1000));
  const session = {
    describe: () => ({ bosToken: 5, eosTokens: [9], contextTokens: 4096 }),
    tokenize: encode,
    tokenBytes: (token: number) => Buffer.from(decode(token)),
    openSequence: () => {
      let rest: number[] | null = null;
      let prompt = '';
      return {
        truncate: async () => {
          rest = null;
          prompt = '';
        },
        prefill: async (tokens: number[]) => {
          prompt = tokens.map(decode).join('');
        },
        step: async () => {
          rest ??= encode(says(prompt));
          return { token: rest.shift() ?? 9 };
        },
        dispose: async () => {},
      };
    },
  };
  return session as unknown as Session;
}

describe('accuracy', () => {
  const plan = { count: 12, seed: 1, answerTokens: 500 };
  const answers = new Map(generatePuzzles(12, 1).map(({ question, answer }) => [question, answer]));
  const solve = (prompt: string): string => {
    const found = [...answers].find(([question]) => prompt.includes(question))![1];
    return `Hm.</think>\n\nANSWER: ${found.join(' ')}`;
  };

  it('of a model that is always right is 1, of one that is wrong 0', async () => {
    expect(await answerAccuracy(talker(solve), plan)).toBe(1);
    expect(
      await answerAccuracy(
        talker(() => 'x</think>ANSWER: 0'),
        plan,
      ),
    ).toBe(0);
  });

  it('an answer in the thoughts, or thoughts without an end, do not count', async () => {
    const mused = talker((prompt) => solve(prompt).replace('</think>', ''));
    expect(await answerAccuracy(mused, plan)).toBe(0);
    expect(
      await answerAccuracy(
        talker((prompt) => `${'x'.repeat(600)}${solve(prompt)}`),
        plan,
      ),
    ).toBe(0);
  });

  it('a model without R1 turns cannot be asked', async () => {
    const session = talker(solve);
    session.tokenize = (text) => Array.from(text, () => 7);
    expect(await answerAccuracy(session, plan)).toBeNull();
  });
});
