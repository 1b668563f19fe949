import * as z from 'zod';
import { Refusal } from '../refusal.js';

/** The names by which clients ask a model to think or not; all of them come to a switch and a budget. */

const budget = z.int().min(0).max(10_000_000);
const effort = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);

export const thinkingFields = {
  reasoning_effort: effort
    .nullish()
    .describe('none and minimal: no thinking. low: at most 512 tokens of it. medium: 2048. high: no limit.'),
  thinking_budget: budget.nullish().describe('Tokens of thinking after which it is closed. Not in the OpenAI API.'),
  thinking_budget_tokens: z
    .int()
    .min(-1)
    .max(10_000_000)
    .nullish()
    .describe("llama.cpp's name of thinking_budget; -1 for no limit."),
  thinking: z
    .strictObject({ type: z.enum(['enabled', 'disabled', 'adaptive', 'auto']), budget_tokens: budget.nullish() })
    .nullish()
    .describe('As DeepSeek and Anthropic have it.'),
  enable_thinking: z.boolean().nullish().describe('As Qwen has it.'),
  think: z.boolean().nullish().describe('As Ollama has it.'),
  reasoning: z
    .strictObject({
      effort: effort.nullish(),
      max_tokens: budget.nullish(),
      enabled: z.boolean().nullish(),
      exclude: z.boolean().nullish().describe('The model thinks, and the thinking is not sent.'),
      summary: z.string().nullish().describe('Accepted and not used: the thinking itself is sent.'),
    })
    .nullish()
    .describe('As OpenRouter has it.'),
  include_reasoning: z.boolean().nullish().describe('false: the thinking is not sent.'),
  reasoning_format: z
    .enum(['deepseek', 'auto', 'none'])
    .nullish()
    .describe('none: the thinking stays in the content, as the model writes it. As llama.cpp has it.'),
};
const schema = z.object(thinkingFields);
export type ThinkingFields = z.infer<typeof schema>;

/** Tokens of thinking that each effort stands for; null is no limit. */
const EFFORT_BUDGET = { low: 512, medium: 2048, high: null, xhigh: null, max: null } as const;

export type Thinking = {
  /** Whether the model is asked to think; undefined when nothing is asked. */
  thinks: boolean | undefined;
  /** Most tokens; null is no limit. */
  budget: number | null;
  /** Whether the client is sent the thinking. */
  isShown: boolean;
  /** Whether it is told apart from the answer. */
  isSplit: boolean;
};

/** Throws a refusal when one field asks for thinking and another for none. */
export function thinkingOf(request: ThinkingFields, serverBudget: number | null): Thinking {
  const { reasoning, thinking, thinking_budget_tokens: tokens } = request;
  const effort = request.reasoning_effort ?? reasoning?.effort ?? undefined;
  const asked = [
    effort === undefined ? undefined : effort !== 'none' && effort !== 'minimal',
    request.thinking_budget === 0 ? false : request.thinking_budget == null ? undefined : true,
    tokens === 0 ? false : undefined,
    thinking?.type === 'disabled' ? false : thinking?.type === 'enabled' ? true : undefined,
    request.enable_thinking ?? undefined,
    request.think ?? undefined,
    reasoning?.enabled ?? undefined,
  ].filter((ask) => ask !== undefined);
  if (new Set(asked).size > 1)
    throw new Refusal('invalid', 'thinking: one field of the request asks for it, and another for none.', {
      param: 'thinking',
    });
  const thinks = asked[0];
  const isShown = request.include_reasoning !== false && reasoning?.exclude !== true;
  const isSplit = request.reasoning_format !== 'none';
  if (thinks === false) return { thinks, budget: null, isShown, isSplit };
  const budgets = [
    effort === undefined ? null : EFFORT_BUDGET[effort as keyof typeof EFFORT_BUDGET],
    request.thinking_budget,
    tokens === -1 ? null : tokens,
    thinking?.budget_tokens,
    reasoning?.max_tokens,
    serverBudget,
  ].filter((most) => most !== null && most !== undefined);
  return {
    thinks,
    budget: budgets.reduce<number | null>((least, one) => Math.min(least ?? one, one), null),
    isShown,
    isSplit,
  };
}
