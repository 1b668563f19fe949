import type { Sampling, Sequence, Session } from '../core/engine.js';
import { generatePuzzles, isRight } from './puzzles.js';

export type PuzzlePlan = {
  count: number;
  seed: number;
  /** Tokens that one answer may take, thoughts included. */
  answerTokens: number;
};

/** DeepSeek's advice for R1 and its distillations; greedy decoding makes them repeat themselves. */
const R1_SAMPLING: Omit<Sampling, 'seed'> = { temperature: 0.6, topP: 0.95, topK: 0, minP: 0 };

/** The turns of a DeepSeek-R1 distillation, as its chat template writes them. */
const USER = '<｜User｜>';
const ASSISTANT = '<｜Assistant｜>';
const THOUGHTS_END = '</think>';

/**
 * Share of generated puzzles that the model answers right, 0 to 1; null for a model that knows no R1 turns.
 * An answer that is not finished within its tokens is wrong.
 */
export async function answerAccuracy(session: Session, plan: PuzzlePlan, signal?: AbortSignal): Promise<number | null> {
  if (!knowsTurns(session) || plan.count === 0) return null;
  const sequence = session.openSequence();
  let right = 0;
  try {
    for (const [i, puzzle] of generatePuzzles(plan.count, plan.seed).entries()) {
      const prompt = promptOf(session, puzzle.question);
      const answer = await answerTo(session, sequence, prompt, { ...plan, seed: plan.seed + i }, signal);
      if (isRight(puzzle, answer)) right++;
    }
  } finally {
    await sequence.dispose();
  }
  return right / plan.count;
}

const knowsTurns = (session: Session): boolean =>
  [USER, ASSISTANT].every((turn) => session.tokenize(turn, { special: true }).length === 1);

function promptOf(session: Session, question: string): number[] {
  const { bosToken } = session.describe();
  const text = session.tokenize(`${USER}${question}${ASSISTANT}<think>\n`, { special: true });
  return bosToken === null ? text : [bosToken, ...text];
}

/** What the model says after its thoughts, or nothing when they do not end. */
async function answerTo(
  session: Session,
  sequence: Sequence,
  prompt: readonly number[],
  { answerTokens, seed }: PuzzlePlan,
  signal?: AbortSignal,
): Promise<string> {
  const { eosTokens, contextTokens } = session.describe();
  const room = Math.min(answerTokens, contextTokens - prompt.length);
  await sequence.truncate(0);
  await sequence.prefill(prompt.slice(0, -1), signal ? { signal } : {});
  const answer: Uint8Array[] = [];
  let next = prompt.at(-1)!;
  for (let n = 0; n < room; n++) {
    signal?.throwIfAborted();
    next = (await sequence.step([next], { ...R1_SAMPLING, seed })).token;
    if (eosTokens.includes(next)) break;
    answer.push(session.tokenBytes(next, { special: true }));
  }
  const text = Buffer.concat(answer).toString('utf8');
  const end = text.lastIndexOf(THOUGHTS_END);
  return end < 0 ? '' : text.slice(end + THOUGHTS_END.length);
}
