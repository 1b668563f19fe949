import * as z from 'zod';

/** Fields shared by chat and plain completions. Bounds are those of the OpenAI API unless said. */

/** 64 bits; what JSON rounds of them is rounded. */
const seed = z
  .number()
  .min(-(2 ** 63))
  .max(2 ** 63)
  .refine(Number.isInteger, 'must be a whole number');
const penalty = z.number().min(-2).max(2);
const stopString = z
  .string()
  .min(1)
  .max(256)
  .refine((text) => text.isWellFormed(), 'must not hold half of a surrogate pair');
const repetition = z.number().gt(0).max(10).nullish();
/** A field of other servers that is taken where it asks for what happens anyway. */
const onlyMeans = (value: boolean | number, why: string) =>
  z
    .literal(value, { error: `can only be ${value}: ${why}` })
    .nullish()
    .describe(`Only ${value}: ${why}. Not in the OpenAI API.`);
/** Most tokens; null for as many as the context holds. llama.cpp's clients say -1. */
export const mostTokens = z.union([z.literal(-1), z.int().min(1).max(10_000_000)], {
  error: 'must be a whole number from 1 on, or -1 for as many as the context holds',
});
const ignoredText = z.string().max(1024).nullish();

export const sharedFields = {
  model: z.string().min(1).max(256).describe('Id or alias of the served model.'),
  stream: z.boolean().nullish().describe('Send the answer in server-sent events as it is made.'),
  stream_options: z
    .strictObject({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() })
    .nullish()
    .describe('include_usage: one more chunk at the end, with usage and timings.'),
  temperature: z.number().min(0).max(2).nullish().describe('0 is greedy. Default 0.6, as DeepSeek advises for R1.'),
  top_p: z.number().min(0).max(1).nullish().describe('Nucleus sampling. Default 0.95.'),
  top_k: z
    .int()
    .min(-1)
    .max(1_000_000)
    .nullish()
    .describe('Only the k likeliest tokens; 0 and -1 are off. Not in the OpenAI API.'),
  min_p: z
    .number()
    .min(0)
    .max(1)
    .nullish()
    .describe('Least probability relative to the best; 0 is off. Not in the OpenAI API.'),
  seed: seed.nullish().describe('Equal seeds give equal answers on the same deployment.'),
  stop: z
    .union([stopString, z.array(stopString).max(4)], { error: 'must be a string or an array of up to four' })
    .nullish()
    .describe('Up to four strings that end the answer. They sleep while the model thinks.'),
  frequency_penalty: penalty.nullish().describe('Lowers tokens by how often they were generated.'),
  presence_penalty: penalty.nullish().describe('Lowers tokens that were generated at all.'),
  repetition_penalty: repetition.describe(
    'Divides positive logits of generated tokens by this, and multiplies negative ones; 1 is off. Not in the OpenAI API.',
  ),
  repeat_penalty: repetition.describe("llama.cpp's name of repetition_penalty."),
  min_tokens: z
    .int()
    .min(0)
    .max(10_000_000)
    .nullish()
    .describe('The answer does not end before. Not in the OpenAI API.'),
  stop_token_ids: z
    .array(z.int().min(0))
    .max(64)
    .nullish()
    .describe('Tokens that end the answer, and are no part of it. Not in the OpenAI API.'),
  cache_prompt: z
    .boolean()
    .nullish()
    .describe('false evaluates the prompt anew; otherwise what a KV cache holds of it is used. Not in the OpenAI API.'),
  timings_per_token: z.boolean().nullish().describe('Timings in every chunk. Not in the OpenAI API.'),
  skip_special_tokens: onlyMeans(true, 'special tokens are never part of an answer'),
  typical_p: onlyMeans(1, 'typical sampling is not supported'),
  mirostat: onlyMeans(0, 'Mirostat is not supported'),
  priority: onlyMeans(0, 'requests have no priorities'),
  logit_bias: z
    .record(z.string().regex(/^\d{1,7}$/, 'must be a token id'), z.number().min(-100).max(100))
    .refine((bias) => Object.keys(bias).length <= 300, 'must not have more than 300 entries')
    .nullish()
    .describe('Token id → added logit.'),
  n: z.int().min(1).max(16).nullish().describe('Answers to make.'),
  user: z.string().max(1024).nullish().describe('Accepted and not used.'),
  ignore_eos: z.boolean().nullish().describe('Go on until max_tokens. Not in the OpenAI API; for load tests.'),
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .refine((entries) => Object.keys(entries).length <= 16, 'must not have more than 16 entries')
    .nullish()
    .describe('Accepted and not used.'),
  service_tier: ignoredText.describe('Accepted and not used.'),
  safety_identifier: ignoredText.describe('Accepted and not used.'),
  prompt_cache_key: ignoredText.describe('Accepted and not used: the cache of prompts is always on.'),
  prompt_cache_retention: ignoredText.describe('Accepted and not used.'),
  prompt_cache_options: z.record(z.string(), z.unknown()).nullish().describe('Accepted and not used.'),
};

/** Absent, or a value that asks for nothing: what this server cannot do is refused, never ignored. */
export const refused = <T extends z.ZodType>(nothing: T, what: string) =>
  z
    .unknown()
    .refine((value) => value === undefined || value === null || nothing.safeParse(value).success, {
      message: `${what} is not supported by this server`,
      params: { code: 'unsupported' },
    })
    .optional();
