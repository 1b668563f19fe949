import * as z from 'zod';
import { mostTokens, refused, sharedFields } from './request-schema.js';

const tokenIds = z.array(z.int().min(0)).min(1);

export const completionRequestSchema = z.strictObject({
  ...sharedFields,
  prompt: z
    .union([z.string(), z.array(z.string()).min(1).max(16), tokenIds, z.array(tokenIds).min(1).max(16)], {
      error: 'must be a string, an array of strings, an array of token ids or an array of those',
    })
    .describe('The text to go on with; no chat template is put around it. Several prompts give several answers.'),
  max_tokens: z
    .union([z.literal(0), mostTokens])
    .nullish()
    .describe('Most tokens generated; -1 for no limit, 0 only with echo. Default 16, as in the OpenAI API.'),
  logprobs: z.int().min(0).max(5).nullish().describe('Report log-probabilities, with so many alternatives.'),
  echo: z
    .boolean()
    .nullish()
    .describe('The answer begins with the prompt; with logprobs those of the prompt come too.'),
  suffix: refused(z.literal(''), 'A suffix'),
  best_of: refused(z.literal(1), 'best_of'),
});
export type CompletionRequest = z.infer<typeof completionRequestSchema>;
