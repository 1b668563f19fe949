import * as z from 'zod';
import { configurationSchema, effectSchema } from './configuration.js';
import { choiceSchema, goalChoiceSchema } from './decision.js';
import { machineSchema } from './machine.js';
import { neighbourSchema } from './neighbour.js';
import { outcomeSchema } from './outcome.js';
import { planSchema, RUN_VERSION } from './plan.js';
import { qualitySchema } from './quality.js';

export * from './configuration.js';
export * from './decision.js';
export * from './plan.js';
export * from './quality.js';

export const warningSchema = z.object({
  code: z.string().describe('Stable name.'),
  severity: z.enum(['info', 'warning', 'serious']).describe('How much it matters.'),
  message: z.string().describe('What was seen, with the threshold.'),
  mend: z.string().nullable().describe('What to do about it.'),
});
export type RunWarning = z.infer<typeof warningSchema>;

export const runResultSchema = z
  .object({
    schemaVersion: z.literal(RUN_VERSION),
    kind: z.literal('r1-tune/run'),
    id: z.string().describe('Name of the run folder.'),
    status: z.enum(['complete', 'cut']).describe('cut: ended before the strategy was done.'),
    startedAt: z.string().describe('ISO 8601 time of the first trial.'),
    finishedAt: z.string().describe('ISO 8601 time of the last trial.'),
    machine: machineSchema.describe('The machine as probed before the run.'),
    plan: planSchema,
    configurations: z.array(configurationSchema).describe('Every configuration tried, best first.'),
    quality: z.array(qualitySchema).describe('Quality of each backend and quantization.'),
    effects: z
      .array(effectSchema)
      .optional()
      .describe('Effects of single knobs from blocks that hold both values; absent when none was computed.'),
    choice: choiceSchema.nullable().describe('null when nothing viable was found.'),
    goals: z
      .array(goalChoiceSchema)
      .optional()
      .describe(
        'Configurations that serve other goals better than the recommended one; absent where none was looked for.',
      ),
    neighbour: neighbourSchema.optional(),
    warnings: z.array(warningSchema).describe('What a reader should know.'),
    noise: z
      .object({
        pairedSd: z
          .number()
          .nullable()
          .describe('Standard deviation of paired log-ratios of the objective, 0.03 is about 3 %.'),
        voidedTrials: z.int().describe('Trials repeated because the machine was disturbed.'),
        stealShare: z
          .number()
          .nullable()
          .describe('Largest share of CPU time the hypervisor took during a trial, 0 to 1.'),
      })
      .describe('How noisy the machine was.'),
    time: z
      .object({
        tokensMs: z.number().describe('Prefill and decode of trials that count, warm-up included, ms.'),
        loadMs: z.number().describe('Loads of the model for them, ms.'),
        repeatedMs: z.number().describe('Whole trials that were disturbed and run again, ms.'),
        otherMs: z.number().describe('The rest: starts and ends of processes, sentinels, waiting, ms.'),
      })
      .optional()
      .describe('Where the time from the first to the last trial went; absent in runs of earlier versions.'),
    outcomes: z.array(outcomeSchema).describe('Every trial with its raw samples.'),
  })
  .describe('The result of a run: the document that the report and the profile are made from.');
export type RunResult = z.infer<typeof runResultSchema>;
