import * as z from 'zod';
import { contentLogprobSchema } from '../protocol.js';

/** What the routes answer, for /openapi.json. Fields beyond the OpenAI API: reasoning_content and timings. */

const usage = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int().describe('Tokens generated, those of the thinking included.'),
  total_tokens: z.int(),
  prompt_tokens_details: z.object({ cached_tokens: z.int().describe('Prompt tokens found in the KV cache.') }),
  completion_tokens_details: z.object({ reasoning_tokens: z.int().describe('Tokens of the thinking.') }),
});

const timings = z
  .object({
    cache_n: z.int(),
    prompt_n: z.int().describe('Prompt tokens evaluated.'),
    prompt_ms: z.number(),
    prompt_per_token_ms: z.number(),
    prompt_per_second: z.number(),
    predicted_n: z.int(),
    predicted_ms: z.number().describe('From the first token to the last.'),
    predicted_per_token_ms: z.number(),
    predicted_per_second: z.number(),
  })
  .partial()
  .describe("As in llama.cpp's server.");

const finish = z.enum(['stop', 'length', 'tool_calls']);
const call = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string().describe('JSON as text.') }),
});
const callPart = z.object({
  index: z.int(),
  id: z.string().optional(),
  type: z.literal('function').optional(),
  function: z.object({ name: z.string().optional(), arguments: z.string() }),
});
const chatLogprobs = z.object({ content: z.array(contentLogprobSchema), refusal: z.null() }).nullable();
const plainLogprobs = z
  .object({
    tokens: z.array(z.string()),
    token_logprobs: z.array(z.number().nullable()).describe('null for the first token of an echoed prompt.'),
    top_logprobs: z.array(z.record(z.string(), z.number()).nullable()),
    text_offset: z.array(z.int()),
  })
  .nullable();
const head = { id: z.string(), created: z.int(), model: z.string(), system_fingerprint: z.string() };

export const chatAnswerSchema = z.object({
  ...head,
  object: z.literal('chat.completion'),
  choices: z.array(
    z.object({
      index: z.int(),
      message: z.object({
        role: z.literal('assistant'),
        content: z.string().nullable().describe('null beside tool_calls.'),
        reasoning_content: z.string().optional().describe('The thinking.'),
        tool_calls: z.array(call).optional(),
        refusal: z.null(),
      }),
      logprobs: chatLogprobs,
      finish_reason: finish,
    }),
  ),
  usage,
  timings: timings.optional(),
});

export const chatChunkSchema = z.object({
  ...head,
  object: z.literal('chat.completion.chunk'),
  choices: z.array(
    z.object({
      index: z.int(),
      delta: z.object({
        role: z.literal('assistant').optional(),
        content: z.string().optional(),
        reasoning_content: z.string().optional(),
        tool_calls: z.array(callPart).optional(),
      }),
      logprobs: chatLogprobs,
      finish_reason: finish.nullable(),
    }),
  ),
  usage: usage.nullable().optional(),
  timings: timings.optional(),
});

const plainChoice = z.object({
  index: z.int(),
  text: z.string(),
  logprobs: plainLogprobs,
  finish_reason: z.enum(['stop', 'length']),
});

export const completionAnswerSchema = z.object({
  ...head,
  object: z.literal('text_completion'),
  choices: z.array(plainChoice),
  usage,
  timings: timings.optional(),
});

export const completionChunkSchema = z.object({
  ...head,
  object: z.literal('text_completion'),
  choices: z.array(plainChoice.extend({ finish_reason: z.enum(['stop', 'length']).nullable() })),
  usage: usage.nullable().optional(),
  timings: timings.optional(),
});

export const modelSchema = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
  max_model_len: z.int().describe('Context length, tokens.'),
});
export const modelListSchema = z.object({ object: z.literal('list'), data: z.array(modelSchema) });

export const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});

export const healthSchema = z.object({
  status: z.string(),
  decode: z
    .object({
      tokens_per_second: z.number().nullable().describe('Median of the last requests that ran alone.'),
      expected_tokens_per_second: z.number().describe("The profile's."),
      ratio: z.number().nullable(),
    })
    .optional(),
});
