import * as z from 'zod';
import { intervalSchema } from './interval.js';

const rateFields = {
  prefillTokensPerSecond: z.number().describe('Prompt tokens a second.'),
  decodeTokensPerSecond: z.number().describe('Generated tokens a second.'),
};

export const rivalRatesSchema = z.object({
  ...rateFields,
  threads: z.int().describe('Threads that the rival took.'),
  build: z.string().describe('Number and commit of its build, as it says them.'),
});
export type RivalRates = z.infer<typeof rivalRatesSchema>;

export const rivalPairSchema = z.object({
  ours: z.object(rateFields).describe('The trial of r1-tune.'),
  rival: rivalRatesSchema.describe('The run of the rival right before or after it.'),
  isRivalFirst: z.boolean().describe('Which of the two ran first, by lot.'),
});
export type RivalPair = z.infer<typeof rivalPairSchema>;

export const againstSchema = z
  .object({
    schemaVersion: z.literal(1),
    kind: z.literal('r1-tune/against'),
    program: z.string().describe('The rival, as it was given.'),
    pairs: z.array(rivalPairSchema).describe('One entry a trial, in the order they ran.'),
    decode: intervalSchema.describe("Our decode rate as a multiple of the rival's, over the pairs."),
    prefill: intervalSchema.describe("Our prefill rate as a multiple of the rival's, over the pairs."),
  })
  .describe('One configuration of r1-tune beside another program on the same file and lengths.');
export type Against = z.infer<typeof againstSchema>;
