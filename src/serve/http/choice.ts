import { randomUUID } from 'node:crypto';
import type { ContentLogprob, DoneMessage, PromptLogprob, StepMessage, Timings } from '../protocol.js';
import type { CallDelta } from '../tools/call-reader.js';

export type ChoiceDelta = { reasoning: string; content: string; logprobs: ContentLogprob[]; calls: CallDelta[] };
/** A function that the model asks to be called; `arguments` is JSON as text. */
export type ToolCall = { id: string; name: string; arguments: string };

/** One of the answers to a request, as it grows. */
export type AnswerChoice = Omit<ChoiceDelta, 'calls'> & {
  index: number;
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  reasoningTokens: number;
  finish: 'stop' | 'length' | 'tool_calls' | null;
  toolCalls: ToolCall[];
  /** The prompt as the answer's beginning, with its log-probabilities when asked for. */
  echo: { text: string; logprobs: PromptLogprob[] } | null;
  /** The stop string that ended it. */
  stop: string | null;
  timings: Timings | null;
  /** When its first and its latest token came, ms on the server's clock. */
  firstMs: number | null;
  latestMs: number | null;
};

export const newChoice = (index: number, promptTokens: number): AnswerChoice => ({
  index,
  promptTokens,
  cachedTokens: 0,
  completionTokens: 0,
  reasoningTokens: 0,
  reasoning: '',
  content: '',
  logprobs: [],
  finish: null,
  toolCalls: [],
  echo: null,
  stop: null,
  timings: null,
  firstMs: null,
  latestMs: null,
});

export function addStep(choice: AnswerChoice, step: StepMessage, delta: ChoiceDelta): void {
  choice.completionTokens += step.tokens.length;
  choice.reasoningTokens += step.thoughts;
  addDelta(choice, delta);
}

export function addEnd(choice: AnswerChoice, done: DoneMessage, rest: ChoiceDelta): void {
  addDelta(choice, rest);
  const isOver = done.finish !== 'length';
  choice.finish = !isOver ? 'length' : choice.toolCalls.length > 0 ? 'tool_calls' : 'stop';
  choice.stop = done.stop;
  choice.timings = done.timings;
}

function addDelta(choice: AnswerChoice, { reasoning, content, logprobs, calls }: ChoiceDelta): void {
  choice.reasoning += reasoning;
  choice.content += content;
  for (const entry of logprobs) choice.logprobs.push(entry);
  for (const { index, name, arguments: part } of calls) {
    choice.toolCalls[index] ??= { id: `call_${randomUUID().replaceAll('-', '')}`, name: name ?? '', arguments: '' };
    choice.toolCalls[index].arguments += part;
  }
}

/** In the shape of the OpenAI API. `prompts`: how many prompts the choices answer; each counts once. */
export function usageOf(choices: readonly AnswerChoice[], answersPerPrompt: number) {
  const sum = (pick: (choice: AnswerChoice) => number) => choices.reduce((total, choice) => total + pick(choice), 0);
  const prompt = sum((choice) => (choice.index % answersPerPrompt === 0 ? choice.promptTokens : 0));
  const completion = sum((choice) => choice.completionTokens);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: sum((c) => (c.index % answersPerPrompt === 0 ? c.cachedTokens : 0)) },
    completion_tokens_details: { reasoning_tokens: sum((choice) => choice.reasoningTokens) },
  };
}

/** What is known while an answer is being made; the times are those of the server, not of its worker. */
export function timingsSoFar({ promptTokens, cachedTokens, completionTokens, firstMs, latestMs }: AnswerChoice) {
  const ms = (latestMs ?? 0) - (firstMs ?? 0);
  return {
    cache_n: cachedTokens,
    prompt_n: promptTokens - cachedTokens,
    predicted_n: completionTokens,
    predicted_ms: ms,
    predicted_per_second: perSecond(completionTokens - 1, ms),
  };
}

const perSecond = (count: number, ms: number): number => (ms > 0 ? (count / ms) * 1000 : 0);
const perToken = (count: number, ms: number): number => (count > 0 ? ms / count : 0);

/** In the shape of llama.cpp's server, of the first choice. Decode rates count the tokens after the first. */
export function timingsOf([choice]: readonly AnswerChoice[]) {
  const t = choice?.timings;
  if (!choice || !t) return undefined;
  return {
    cache_n: t.cachedTokens,
    prompt_n: t.prefillTokens,
    prompt_ms: t.prefillMs,
    prompt_per_token_ms: perToken(t.prefillTokens, t.prefillMs),
    prompt_per_second: perSecond(t.prefillTokens, t.prefillMs),
    predicted_n: choice.completionTokens,
    predicted_ms: t.decodeMs,
    predicted_per_token_ms: perToken(t.decodeTokens, t.decodeMs),
    predicted_per_second: perSecond(t.decodeTokens, t.decodeMs),
  };
}
