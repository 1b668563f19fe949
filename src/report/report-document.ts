import * as z from 'zod';
import { intervalSchema } from '../core/interval.js';
import {
  configurationSchema,
  effectSchema,
  exclusionSchema,
  goalChoiceSchema,
  qualitySchema,
  speedupSchema,
  standingSchema,
  versionsSchema,
  warningSchema,
} from '../core/run-result.js';
import { objectiveSchema, requestSchema } from '../core/workload.js';

/** History of the format. 1: first. */
export const REPORT_VERSION = 1;

const id = z.string().describe('Candidate id: an entry of `configurations`.');

const curveSchema = z.object({
  backend: z.string().describe('Engine.'),
  quant: z.string().describe('Quantization level.'),
  isRecommended: z
    .boolean()
    .describe('The recommended knobs at every thread count, where no other curve holds the recommended configuration.'),
  kneeThreads: z.int().nullable().describe("Fewest threads with 95 % of the curve's best; null below 3 points."),
  points: z
    .array(
      z.object({
        threads: z.int().describe('Threads of the phase.'),
        rate: intervalSchema.describe('Rate of the phase, tok/s.'),
        candidateId: id,
        otherKnobs: z.array(z.string()).describe('Knobs beside threads that are not at their base value, name=value.'),
      }),
    )
    .describe(
      'One point a thread count, from the configuration with the fewest other knobs changed, or with the recommended ones.',
    ),
});

const costSchema = z.object({
  candidateId: id,
  generatedTokensPerSecond: intervalSchema.describe("Generated tokens a second, the prompt's time counted in, tok/s."),
  pricePerMillion: intervalSchema.nullable().describe('Price of a million generated tokens; null without a price.'),
  kilowattHoursPerMillion: intervalSchema
    .nullable()
    .describe('Energy of a million tokens, kWh; null when neither measured nor given.'),
  energySource: z
    .enum(['measured', 'given'])
    .nullable()
    .describe('measured: energy counters. given: the watts the user named.'),
});

const machineCostSchema = z.object({
  purchase: z.number().describe('Price of buying it.'),
  monthly: z.number().describe('Running cost, a month.'),
  total: z.number().describe('Both over the months.'),
  tokensPerSecond: intervalSchema.nullable().describe('Generated tokens a second, tok/s; null when not known.'),
  pricePerMillion: intervalSchema.nullable().describe('Price of a million tokens at full use all the time.'),
});

export const reportDocumentSchema = z
  .object({
    schemaVersion: z.literal(REPORT_VERSION),
    kind: z.literal('r1-tune/report'),
    run: z
      .object({
        id: z.string().describe('Name of the run folder.'),
        status: z.enum(['complete', 'cut']).describe('cut: ended before the strategy was done.'),
        startedAt: z.string().describe('ISO 8601 time of the first trial.'),
        finishedAt: z.string().describe('ISO 8601 time of the last trial.'),
        seed: z.int().describe('Seed of every random order.'),
        gitCommit: z.string().nullable().describe('Commit of r1-tune, when it ran from a checkout.'),
        versions: versionsSchema,
        trials: z.int().describe('Trials run.'),
        voidedTrials: z.int().describe('Trials repeated because the machine was disturbed.'),
      })
      .describe('The run it was made from.'),
    machine: z.string().describe('The machine in one line.'),
    models: z.string().describe('Names of the models.'),
    isSynthetic: z.boolean().describe('True when weights are random: the text is noise.'),
    objective: objectiveSchema.describe('What was optimised.'),
    request: requestSchema.describe('The declared request.'),
    answer: z
      .object({
        verdict: z.enum(['faster', 'keep-default', 'unconfirmed', 'none']).describe('none: nothing viable was found.'),
        chosen: id.nullable().describe('The recommended configuration.'),
        reference: id.nullable().describe('The default configuration.'),
        changes: z.array(z.string()).describe('Knobs that differ from the default, name=value.'),
        speedup: speedupSchema.nullable(),
        compared: id.nullable().describe('What `speedup` compares with the default.'),
        equals: z.array(id).describe('Measured enough and not shown to be more than 2 % worse, best first.'),
        standings: z.array(standingSchema).describe('Every other configuration against the recommended one.'),
        serveCommand: z.string().nullable().describe('The command that serves it.'),
      })
      .describe('The recommendation.'),
    goals: z.array(goalChoiceSchema).describe('What serves other goals better; its profile is best-<goal>.json.'),
    comparisons: z
      .array(
        z.object({
          id: z
            .enum(['chosen', 'default', 'physical-cores', 'all-logical', 'omp-variables'])
            .describe('The way of setting up an engine.'),
          configuration: id.nullable().describe('Its configuration; null when there was none.'),
          ratio: intervalSchema.nullable().describe('Objective over that of the default configuration.'),
          state: z
            .enum(['measured', 'is-default', 'is-chosen', 'not-measured', 'failed', 'not-read'])
            .describe('Why there is a ratio or none; not-read: the engines read no such variables.'),
        }),
      )
      .describe('The recommendation and the rules of thumb, each against the default.'),
    decodeCurves: z.array(curveSchema).describe('Decode rate against threads.'),
    prefillCurves: z.array(curveSchema).describe('Prefill rate against threads.'),
    quality: z.array(qualitySchema).describe('Quality of each backend and quantization.'),
    effects: z.array(effectSchema).describe('Effects of single knobs.'),
    costs: z.array(costSchema).describe('Cost of a million tokens: the recommendation and each Pareto point.'),
    ownership: z
      .object({
        currency: z.string().describe('Put before prices.'),
        months: z.number().describe('Months compared.'),
        cpu: machineCostSchema.describe('This machine.'),
        gpu: machineCostSchema.describe('The GPU machine.'),
        saved: z.number().nullable().describe('1 − CPU cost / GPU cost; null when the GPU costs nothing.'),
      })
      .nullable()
      .describe("This machine against a GPU for the user's own prices; null without them."),
    currency: z.string().nullable().describe('Put before prices; null when none was named.'),
    configurations: z.array(configurationSchema).describe('Every configuration tried, best first.'),
    warnings: z.array(warningSchema).describe('What a reader should know.'),
    excluded: z.array(exclusionSchema).describe('What was not tried, and why.'),
  })
  .describe('What the report says, in numbers, without the trials: those are in run.json and trials.csv.');
export type ReportDocument = z.infer<typeof reportDocumentSchema>;
