import type { Profile } from '../../core/profile.js';
import { randomStream } from '../../core/random.js';
import { askOnce } from '../../serve/load/loops.js';
import { randomPrompt, wordsOfTokens } from '../../serve/load/questions.js';
import { DEGRADED_BELOW } from '../../serve/speed.js';
import { systemClock } from '../clock.js';
import { summarize } from '../load/summarize.js';
import { findTarget } from '../load/target.js';

const PROMPT_TOKENS = 64;
const MAX_TOKENS = 64;
const ROUNDS = 5;

/** How a running server compares with its profile. `ok`: every request was answered, at no less than the speed that counts as degraded. */
export type Verified = {
  url: string;
  requests: number;
  completed: number;
  failures: ReturnType<typeof summarize>['failures'];
  ttftMs: number;
  decodeTokensPerSecond: number;
  expected: number;
  ratio: number;
  ok: boolean;
};

/** Asks a running server a few times, one request at a time, and compares its decode speed with the profile. */
export async function verifyServer(profile: Profile, url: string, keyFile: string | undefined): Promise<Verified> {
  const target = await findTarget(url, undefined, keyFile);
  const random = randomStream(1, 'verify');
  const maxTokens = Math.min(MAX_TOKENS, Math.floor(profile.contextTokens / 4));
  const promptTokens = Math.min(PROMPT_TOKENS, Math.floor(profile.contextTokens / 8));
  const words = await wordsOfTokens(target, systemClock, random, promptTokens);
  const plan = {
    target,
    nextQuestion: () => ({ prompt: randomPrompt(random, words), maxTokens, temperature: 0, ignoreEos: true }),
    durationMs: 0,
    graceMs: 10 * 60_000,
    clock: systemClock,
  };
  await askOnce(plan);
  const exchanges = [];
  for (let round = 0; round < ROUNDS; round++) exchanges.push(await askOnce(plan));
  const { tpot, ttft, completed, failures } = summarize('verify', exchanges, { ttftMs: null, tpotMs: null });
  const rate = 1000 / tpot.p50.value;
  const expected = profile.expected.decodeTokensPerSecond.estimate;
  return {
    url: target.url,
    requests: ROUNDS,
    completed,
    failures,
    ttftMs: ttft.p50.value,
    decodeTokensPerSecond: rate,
    expected,
    ratio: rate / expected,
    ok: completed === ROUNDS && rate >= DEGRADED_BELOW * expected,
  };
}
