import type { ContentLogprob, DoneMessage, StepMessage, Timings } from '../protocol.js';

export type ChoiceDelta = { reasoning: string; content: string; logprobs: ContentLogprob[] };

/** One of the answers to a request, as it grows. */
export type Choice = ChoiceDelta & {
  index: number;
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  reasoningTokens: number;
  finish: 'stop' | 'length' | null;
  timings: Timings | null;
};

export const newChoice = (index: number, promptTokens: number): Choice => ({
  index,
  promptTokens,
  cachedTokens: 0,
  completionTokens: 0,
  reasoningTokens: 0,
  reasoning: '',
  content: '',
  logprobs: [],
  finish: null,
  timings: null,
});

export function addStep(choice: Choice, step: StepMessage): void {
  choice.completionTokens += step.tokens.length;
  choice.reasoningTokens += step.thoughts;
  addText(choice, step);
}

export function addEnd(choice: Choice, done: DoneMessage): void {
  choice.finish = done.finish === 'length' ? 'length' : 'stop';
  choice.timings = done.timings;
  addText(choice, done);
}

function addText(choice: Choice, { reasoning, content, logprobs }: ChoiceDelta): void {
  choice.reasoning += reasoning;
  choice.content += content;
  for (const entry of logprobs) choice.logprobs.push(entry);
}

/** In the shape of the OpenAI API. `prompts`: how many prompts the choices answer; each counts once. */
export function usageOf(choices: readonly Choice[], answersPerPrompt: number) {
  const sum = (pick: (choice: Choice) => number) => choices.reduce((total, choice) => total + pick(choice), 0);
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

const perSecond = (count: number, ms: number): number => (ms > 0 ? (count / ms) * 1000 : 0);
const perToken = (count: number, ms: number): number => (count > 0 ? ms / count : 0);

/** In the shape of llama.cpp's server, of the first choice. Decode rates count the tokens after the first. */
export function timingsOf([choice]: readonly Choice[]) {
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
