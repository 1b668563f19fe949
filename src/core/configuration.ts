import * as z from 'zod';
import { candidateSchema } from './candidate.js';
import { intervalSchema } from './interval.js';

export const throughputSchema = z
  .object({
    streams: z.int().describe('Streams that decode at once: replicas × sequences.'),
    tokensPerSecond: intervalSchema.describe('Generated tokens a second over all streams, tok/s.'),
    itlP50Ms: z.number().nullable().describe('Median inter-token latency of a stream, ms.'),
    itlP95Ms: z.number().nullable().describe('95th percentile of it, ms; null below 130 samples a trial.'),
  })
  .describe('All streams at once; only where a trial ran them.');
export type Throughput = z.infer<typeof throughputSchema>;

export const configurationSchema = z.object({
  candidateId: z.string().describe('Hash of the candidate.'),
  candidate: candidateSchema,
  label: z.string().describe('Name for people.'),
  isDefault: z.boolean().describe('True for the default configuration.'),
  trials: z.int().describe('Trials measured and not voided.'),
  failures: z
    .array(
      z.object({
        status: z.string().describe('How they ended.'),
        reason: z.string().describe('Why, in words.'),
        trials: z.int().describe('How many.'),
      }),
    )
    .describe('Trials that did not measure.'),
  objective: intervalSchema.nullable().describe('Objective, tok/s.'),
  prefillTokensPerSecond: intervalSchema.nullable().describe('Prefill rate, tok/s.'),
  decodeTokensPerSecond: intervalSchema.nullable().describe('Decode rate, tok/s.'),
  ttftMs: intervalSchema.nullable().describe('Time to first token of the measured prompt, ms.'),
  throughput: throughputSchema.optional(),
  loadMs: intervalSchema.nullable().describe('Load time, ms.'),
  peakRssBytes: z.number().nullable().describe('Largest peak RSS seen, bytes.'),
  cpuSecondsPerToken: z.number().nullable().describe('Median CPU time a token, s.'),
  energyJoulesPerToken: z.number().nullable().describe('Median energy a token, J.'),
  vsDefault: intervalSchema
    .nullable()
    .describe(
      'Ratio of the objective to the default configuration, Hodges–Lehmann: from blocks that hold both; of the confirmed configuration from the fresh pairs alone.',
    ),
  meetsConstraints: z.boolean().describe('True when no constraint is shown to be broken.'),
  brokenConstraints: z.array(z.string()).describe('Each constraint broken, in words.'),
  pareto: z
    .enum(['optimal', 'possibly-optimal', 'dominated', 'not-ranked'])
    .describe('Place in the Pareto set of speed, memory and quality.'),
});
export type Configuration = z.infer<typeof configurationSchema>;

export const effectSchema = z
  .object({
    axis: z.string().describe('The knob, for example "binding".'),
    value: z.string().describe('Its value, for example "one-per-core".'),
    reference: z.string().describe('The value it is compared with, for example "none".'),
    ratio: intervalSchema.describe('Objective with the value over that with the reference; 1.05 is 5 % faster.'),
  })
  .describe('What one value of one knob does, all other knobs equal.');
export type Effect = z.infer<typeof effectSchema>;
