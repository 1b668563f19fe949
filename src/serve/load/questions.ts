import { type Random, randomInt } from '../../core/random.js';

const WORDS =
  'chicken rabbit head foot count cage farm number proof sum square river stone window garden morning letter machine market bridge'.split(
    ' ',
  );

/**
 * A prompt of about so many tokens (common English words are mostly one each; the server's own count is reported).
 * Each differs from its first word on, so that no cache of prompts can answer for another.
 */
export function randomPrompt(random: Random, tokens: number): string {
  const words = Array.from({ length: Math.max(1, tokens) }, () => WORDS[randomInt(random, WORDS.length)]!);
  return `${randomInt(random, 1e6)} ${words.slice(0, -1).join(' ')}`.trim();
}
