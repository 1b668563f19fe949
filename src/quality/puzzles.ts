import { greatestOf } from '../core/extremes.js';
import { type Random, randomInt, randomStream, shuffled } from '../core/random.js';

/** A question with numbers for an answer, in the order in which they are asked for. */
export type Puzzle = { question: string; answer: readonly number[] };

const ASK = 'End with one line: ANSWER: followed by the number or numbers asked for, in that order, and nothing else.';
const ASK_ZH = '最后单独写一行：ANSWER: 后面按顺序只写所求的数字。';

const between = (random: Random, low: number, high: number): number => low + randomInt(random, high - low + 1);

const KINDS: ((random: Random) => Puzzle)[] = [
  (random) => {
    const [chickens, rabbits] = [between(random, 3, 40), between(random, 3, 40)];
    const legs = 2 * chickens + 4 * rabbits;
    return {
      question: `A cage holds chickens and rabbits, ${chickens + rabbits} heads and ${legs} legs in all. How many chickens and how many rabbits are there? ${ASK}`,
      answer: [chickens, rabbits],
    };
  },
  (random) => {
    const [chickens, rabbits] = [between(random, 3, 40), between(random, 3, 40)];
    const legs = 2 * chickens + 4 * rabbits;
    return {
      question: `鸡兔同笼，共有${chickens + rabbits}个头，${legs}只脚。鸡和兔各有多少只？${ASK_ZH}`,
      answer: [chickens, rabbits],
    };
  },
  (random) => {
    const [small, large] = [between(random, 2, 30), between(random, 2, 30)];
    return {
      question: `A box holds 5-cent and 20-cent coins, ${small + large} coins worth ${5 * small + 20 * large} cents together. How many 5-cent coins and how many 20-cent coins are there? ${ASK}`,
      answer: [small, large],
    };
  },
  (random) => {
    const [child, gap, years] = [between(random, 3, 15), between(random, 20, 35), between(random, 2, 10)];
    return {
      question: `A mother is ${gap} years older than her son. In ${years} years their ages will add up to ${2 * child + gap + 2 * years}. How old is the son now, and how old is the mother? ${ASK}`,
      answer: [child, child + gap],
    };
  },
  (random) => {
    const [first, second, third] = [between(random, 12, 98), between(random, 12, 98), between(random, 3, 9)];
    return {
      question: `What is (${first} + ${second}) × ${third} − ${first}? ${ASK}`,
      answer: [(first + second) * third - first],
    };
  },
  (random) => {
    const people = ['Ann', 'Bo', 'Cem', 'Dan', 'Eve'];
    const heights = people.map((_, i) => 150 + 3 * i + randomInt(random, 3));
    const order = shuffled([...people.keys()], random);
    const clues = order.slice(1).map((person, i) => {
      const difference = heights[person]! - heights[order[i]!]!;
      return `${people[person]} is ${Math.abs(difference)} cm ${difference > 0 ? 'taller' : 'shorter'} than ${people[order[i]!]}.`;
    });
    const tallest = greatestOf(heights);
    return {
      question: `${people[order[0]!]} is ${heights[order[0]!]} cm tall. ${clues.join(' ')} How tall in cm is the tallest of the five? ${ASK}`,
      answer: [tallest],
    };
  },
];

/** `count` puzzles, the kinds in turn; the same seed gives the same puzzles on every machine. */
export function generatePuzzles(count: number, seed: number): Puzzle[] {
  const random = randomStream(seed, 'puzzles');
  return Array.from({ length: count }, (_, i) => KINDS[i % KINDS.length]!(random));
}

/** The numbers on the last line that begins with ANSWER, or null when there is none. `\boxed{}` and commas are read over. */
export function readAnswer(text: string): number[] | null {
  const line = text.match(/ANSWER\s*[:：][^\n]*/gi)?.at(-1);
  return line?.match(/-?\d+(?:\.\d+)?/g)?.map(Number) ?? null;
}

export const isRight = (puzzle: Puzzle, text: string): boolean => readAnswer(text)?.join() === puzzle.answer.join();
