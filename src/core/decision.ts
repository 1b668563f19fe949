import * as z from 'zod';
import { intervalSchema } from './interval.js';

export const speedupSchema = z
  .object({
    ratio: intervalSchema.describe('Objective of the chosen over the default configuration; 1.25 is 25 % faster.'),
    decodeRatio: intervalSchema.nullable().describe('The same for the decode rate alone.'),
    prefillRatio: intervalSchema.nullable().describe('The same for the prefill rate alone.'),
    pairs: z.int().describe('Fresh pairs of processes behind it.'),
    pValue: z.number().nullable().describe('Two-sided exact signed-rank probability of such a difference by chance.'),
    minimumDetectable: z
      .number()
      .nullable()
      .describe('Smallest relative effect that these pairs could have shown, 0.05 is 5 %.'),
    source: z
      .enum(['confirmation', 'race'])
      .describe('Fresh confirmation pairs, or race blocks when the run was cut before them.'),
  })
  .describe('The published speed-up.');
export type Speedup = z.infer<typeof speedupSchema>;

export const standingSchema = z
  .object({
    candidateId: z.string().describe('The configuration.'),
    ratio: intervalSchema
      .nullable()
      .describe(
        'Its objective over that of the recommended one, from blocks that hold both; null without such a block.',
      ),
    place: z
      .enum(['better', 'equal', 'worse', 'not-ranked'])
      .describe(
        'equal: no interval of the run shows it more than 2 % better or worse. not-ranked: fewer than 3 blocks hold both, or the evidence disagrees.',
      ),
  })
  .describe('How a configuration compares with the recommended one, from all evidence of the run.');
export type Standing = z.infer<typeof standingSchema>;

export const choiceSchema = z
  .object({
    verdict: z
      .enum(['faster', 'keep-default', 'unconfirmed'])
      .describe(
        'faster: shown by confirmation. keep-default: no gain confirmed. unconfirmed: not compared with the default in fresh pairs.',
      ),
    candidateId: z.string().describe('The recommended configuration.'),
    reason: z.string().describe('Why this one, in one sentence.'),
    equals: z
      .array(z.string())
      .describe('Configurations measured enough and not shown to be more than 2 % worse (candidate ids), best first.'),
    standings: z
      .array(standingSchema)
      .optional()
      .describe('Every other configuration that keeps the constraints, best first, those not ranked last.'),
    comparedId: z
      .string()
      .nullable()
      .optional()
      .describe('The configuration that `speedup` compares with the default: the recommended one, or the best rival.'),
    speedup: speedupSchema.nullable(),
    probabilityNearBest: z
      .number()
      .nullable()
      .optional()
      .describe(
        'Probability that the recommended configuration is at most 2 % slower than the best of all configurations of the space, measured or not, by a model of all trials; null where nothing is recommended by speed.',
      ),
  })
  .describe('The decision.');
export type Choice = z.infer<typeof choiceSchema>;

export const goalSchema = z
  .enum(['latency', 'throughput', 'small-memory'])
  .describe(
    'latency: shortest time to first token. throughput: most tokens a second over all streams. small-memory: least peak memory.',
  );
export type Goal = z.infer<typeof goalSchema>;

export const goalChoiceSchema = z
  .object({
    goal: goalSchema,
    candidateId: z.string().describe('The configuration that serves this goal better than the recommended one.'),
    evidence: z.string().describe('How sure that is, in one sentence.'),
  })
  .describe(
    'Another goal than the objective, from the same trials; its winner was not confirmed in trials of its own.',
  );
export type GoalChoice = z.infer<typeof goalChoiceSchema>;
