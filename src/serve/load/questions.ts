import type { Clock } from '../../core/ports.js';
import { type Random, randomInt } from '../../core/random.js';
import { exchange, type Target } from './exchange.js';

const WORDS =
  'chicken rabbit head foot count cage farm number proof sum square river stone window garden morning letter machine market bridge'.split(
    ' ',
  );

/** A prompt of so many words. Each differs from its first word on, so that no cache of prompts can answer for another. */
export function randomPrompt(random: Random, words: number): string {
  const chosen = Array.from({ length: Math.max(1, words) }, () => WORDS[randomInt(random, WORDS.length)]!);
  return `${randomInt(random, 1e6)} ${chosen.slice(0, -1).join(' ')}`.trim();
}

/** Words of the two prompts from whose counts the price of a word is read. */
const [FEW, MANY] = [4, 36];
const PATIENCE_MS = 10 * 60_000;

/**
 * Words that make a prompt of about so many tokens on this server: it counts two short prompts, and the difference is free of
 * what its chat template adds to each. One word a token where it does not count, as most common English words are.
 */
export async function wordsOfTokens(target: Target, clock: Clock, random: Random, tokens: number): Promise<number> {
  const counted = async (words: number): Promise<number | null> => {
    const question = { prompt: randomPrompt(random, words), maxTokens: 1, temperature: 0, ignoreEos: true };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return (await exchange(target, question, { clock, startMs: clock.monotonicMs(), dueMs: 0, signal })).promptTokens;
  };
  const few = await counted(FEW);
  const many = few === null ? null : await counted(MANY);
  if (few === null || many === null || many <= few) return tokens;
  const perWord = (many - few) / (MANY - FEW);
  return Math.max(1, Math.round(FEW + (tokens - few) / perWord));
}
