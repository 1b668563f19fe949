import * as z from 'zod';
import { candidateSchema } from './candidate.js';
import { intervalSchema } from './interval.js';
import { machineSchema } from './machine.js';
import { modelFileSchema } from './model.js';
import { versionsSchema } from './run-result.js';
import { workloadSchema } from './workload.js';

/** History of the format. 1: first. */
export const CLAIMS_VERSION = 1;

export const verdictSchema = z
  .enum(['holds', 'does-not-hold', 'no-difference', 'cannot-test'])
  .describe(
    'holds: shown here. does-not-hold: the contrary was shown here. no-difference: none that this machine could resolve. ' +
      'cannot-test: not decided, with the reason.',
  );
export type Verdict = z.infer<typeof verdictSchema>;

export const conditionsSchema = z
  .object({
    environment: z.record(z.string(), z.string()).describe('Variables added to the environment of the engine.'),
    competitors: z.int().min(0).describe('Busy threads of another process beside the measured region.'),
    group: z
      .object({
        quotaCpus: z.number().nullable().describe('CPU quota of the group, in CPUs; null for none.'),
        shares: z.int().min(2).describe('Weight of the group, 1024 for each CPU requested, as Kubernetes sets it.'),
        competitorShares: z.int().min(2).describe('Weight of the sibling group that the busy threads run in.'),
      })
      .nullable()
      .describe('CPU control groups made for the trial; null for none.'),
    pageCache: z
      .enum(['warm', 'cold'])
      .describe('cold: the model file is dropped from the page cache before the load.'),
    swappiness: z.int().nullable().describe('vm.swappiness during the trial; null leaves it as it is.'),
  })
  .describe('What surrounds the engine during a trial, beside the knobs of its configuration.');
export type Conditions = z.infer<typeof conditionsSchema>;

/** Nothing added, nobody beside, the file in the page cache: what a sweep measures under. */
export const CALM: Conditions = {
  environment: {},
  competitors: 0,
  group: null,
  pageCache: 'warm',
  swappiness: null,
};

export const claimArmSchema = z
  .object({
    name: z.string().describe('Name of the arm in its claim.'),
    modelPath: z.string().describe('The model file.'),
    candidate: candidateSchema,
    workload: workloadSchema,
    conditions: conditionsSchema,
    trials: z.int().describe('Trials measured and counted.'),
    failures: z
      .array(
        z.object({
          status: z.string().describe('How they ended.'),
          reason: z.string().describe('Why, in words.'),
          trials: z.int().describe('How many.'),
        }),
      )
      .describe('Trials that did not measure.'),
  })
  .describe('One of the things that are compared.');

export const contrastSchema = z
  .object({
    name: z.string().describe('What is compared with what, in words.'),
    metric: z.string().describe('The number that is compared.'),
    ratio: intervalSchema
      .nullable()
      .describe(
        'The arm over its reference, Hodges–Lehmann of the blocks; 1.05 is 5 % more. n counts blocks. null without one.',
      ),
    minimumDetectable: z
      .number()
      .nullable()
      .describe('Smallest change that these blocks would have shown with 90 % power, 0.05 is 5 %; null when unknown.'),
    expected: z.string().describe('What the claim says this ratio is, in words.'),
    verdict: verdictSchema,
    decides: z.boolean().describe('False for a comparison that is only reported.'),
  })
  .describe('One comparison.');
export type Contrast = z.infer<typeof contrastSchema>;

export const factRowSchema = z
  .object({
    name: z.string().describe('What it is, in words.'),
    unit: z.string().describe('Its unit; empty for a share or a count.'),
    value: intervalSchema.describe('The number; limits are null where it is exact or a single one.'),
    note: z.string().nullable().describe('How it came about, where that is not plain.'),
  })
  .describe('One measured or computed number.');
export type FactRow = z.infer<typeof factRowSchema>;

export const claimResultSchema = z
  .object({
    number: z.int().describe('Number of the claim.'),
    id: z.string().describe('Stable name of the claim.'),
    statement: z.string().describe('The claim in one sentence.'),
    sources: z.array(z.string()).describe('Where it is made.'),
    rule: z.string().describe('How the verdict is decided, in words; fixed before the first trial.'),
    verdict: verdictSchema,
    finding: z.string().describe('What was found, in one or two sentences with numbers.'),
    contrasts: z.array(contrastSchema).describe('Every comparison.'),
    facts: z.array(factRowSchema).describe('Every level and every computed number.'),
    notes: z.array(z.string()).describe('What a reader should know: parts that could not be tested, limits.'),
    arms: z.array(claimArmSchema).describe('What was compared.'),
    blocks: z.int().describe('Blocks that count; each holds every arm once, in random order.'),
    blocksPlanned: z.int().describe('Blocks decided on before the first one.'),
    blocksRepeated: z.int().describe('Blocks run again because the machine was disturbed.'),
    wallMs: z.number().describe('Time of its trials, ms.'),
  })
  .describe('One claim, tested.');
export type ClaimResult = z.infer<typeof claimResultSchema>;

export const pricesSchema = z
  .object({
    pricePerHour: z.number().positive().nullable().describe('Price of this machine, an hour.'),
    watts: z.number().positive().nullable().describe('Mean power of this machine under load, W.'),
    pricePerKwh: z.number().positive().nullable().describe('Price of electricity, a kWh.'),
    gpuPricePerHour: z.number().positive().nullable().describe('Price of the GPU machine, an hour, power included.'),
    gpuTokensPerSecond: z.number().positive().nullable().describe('Speed of the GPU machine, generated tok/s.'),
    currency: z.string().describe('Put before prices; may be empty.'),
  })
  .describe("The user's own figures; null where not given.");
export type Prices = z.infer<typeof pricesSchema>;

export const claimsPlanSchema = z
  .object({
    schemaVersion: z.literal(CLAIMS_VERSION),
    kind: z.literal('r1-tune/claims-plan'),
    createdAt: z.string().describe('ISO 8601 time.'),
    command: z.array(z.string()).describe('The command line that made the run.'),
    seed: z.int().min(0).describe('Seed of every random order.'),
    budgetMs: z.number().describe('Time allowed for the whole run, ms.'),
    claims: z.array(z.int()).describe('Numbers of the claims to test, in the order run.'),
    allowsMachineChanges: z.boolean().describe('Settings of the whole machine may be changed during a trial.'),
    prices: pricesSchema,
    blocks: z
      .record(z.string(), z.int())
      .describe('Blocks decided on, by number of the claim; set when a claim begins, from the time left.'),
    modelId: z.string().describe('The model as asked for.'),
    models: z.array(modelFileSchema).describe('The files of the model.'),
    larger: modelFileSchema.nullable().describe('A 7B model, for the claim that needs one; null without it.'),
    absent: z.record(z.string(), z.string()).describe('What could not be had, and why.'),
    versions: versionsSchema,
    gitCommit: z.string().nullable().describe('Commit of r1-tune, when it runs from a checkout.'),
  })
  .describe('Everything decided before the first trial of r1-tune claims.');
export type ClaimsPlan = z.infer<typeof claimsPlanSchema>;

export const claimsDocumentSchema = z
  .object({
    schemaVersion: z.literal(CLAIMS_VERSION),
    kind: z.literal('r1-tune/claims'),
    id: z.string().describe('Name of the run folder.'),
    startedAt: z.string().describe('ISO 8601 time of the first trial.'),
    finishedAt: z.string().describe('ISO 8601 time at which the last claim was decided.'),
    machineDescription: z.string().describe('The machine in one line: what the verdicts hold for.'),
    errorRate: z
      .number()
      .describe(
        'Largest probability that comparing an arm with itself gives a claim another verdict than no-difference.',
      ),
    plan: claimsPlanSchema,
    machine: machineSchema.describe('The machine as probed before the run.'),
    results: z.array(claimResultSchema).describe('Every claim asked for, by number.'),
  })
  .describe('The claims of the articles, tested on one machine.');
export type ClaimsDocument = z.infer<typeof claimsDocumentSchema>;
