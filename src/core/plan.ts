import * as z from 'zod';
import { candidateSchema } from './candidate.js';
import { modelFileSchema } from './model.js';
import { neighbourPlanSchema } from './neighbour.js';
import { objectiveSchema, requestSchema, workloadSchema } from './workload.js';

/**
 * History of the run format. 1: first.
 * A reader upgrades older versions in src/store/upgrade.ts; newer ones are refused.
 */
export const RUN_VERSION = 1;

export const versionsSchema = z
  .record(z.string(), z.string())
  .describe('Versions of r1-tune, Node.js and each engine package used.');

export const constraintsSchema = z
  .object({
    maxTtftMs: z
      .number()
      .nullable()
      .describe('Most time to first token of the declared request, ms; null for no limit.'),
    maxRssBytes: z.number().nullable().describe('Most resident memory, bytes; null for no limit.'),
    minQuality: z
      .number()
      .nullable()
      .describe(
        'Least share of next tokens equal to the reference precision (top-1 agreement), 0 to 1; null for no limit.',
      ),
  })
  .describe('Limits that a recommended configuration must keep.');
export type Constraints = z.infer<typeof constraintsSchema>;

export const exclusionSchema = z.object({
  axis: z.string().describe('The axis or rule that excluded it.'),
  value: z.string().describe('The value or configuration excluded.'),
  reason: z.string().describe('Why it was not tried, in words.'),
  configurations: z.int().describe('Number of configurations that this excluded.'),
});
export type Exclusion = z.infer<typeof exclusionSchema>;

export const planSchema = z
  .object({
    schemaVersion: z.literal(RUN_VERSION),
    kind: z.literal('r1-tune/plan'),
    label: z.string().describe('Short name of the run.'),
    createdAt: z.string().describe('ISO 8601 time.'),
    command: z.array(z.string()).describe('The command line that made the run.'),
    seed: z.int().describe('Seed of every random order in the run.'),
    versions: versionsSchema,
    gitCommit: z.string().nullable().describe('Commit of r1-tune, when it runs from a checkout.'),
    strategy: z.string().describe('Search strategy.'),
    effort: z.enum(['quick', 'default', 'thorough']).describe('How many trials the strategy may use.'),
    budgetMs: z.number().nullable().describe('Time the user allowed for the whole run, ms; null for no limit.'),
    objective: objectiveSchema.describe('What is optimised.'),
    request: requestSchema.describe('The declared request that the objective "workload" scores.'),
    constraints: constraintsSchema,
    workloads: z
      .object({
        short: workloadSchema.describe('For screening.'),
        full: workloadSchema.describe('For races and confirmations, and what is published.'),
      })
      .describe('The two token traces of the run.'),
    axes: z
      .record(z.string(), z.array(z.string()))
      .describe('Axis name → values asked for or derived from the machine.'),
    defaultCandidate: candidateSchema.describe('What a person gets without tuning: the engine on its own defaults.'),
    candidates: z.array(candidateSchema).describe('Every legal configuration.'),
    references: z
      .array(candidateSchema)
      .optional()
      .describe('What people set by hand: measured beside the choice, and chosen only if a candidate too.'),
    sentinels: z
      .boolean()
      .optional()
      .describe('Sentinel kernels run around each trial, so a resumed run keeps to it; absent: they do.'),
    neighbour: neighbourPlanSchema.optional(),
    modelId: z.string().describe('The model as asked for, for example "synthetic:deepseek-r1-distill-qwen-1.5b".'),
    contextTokens: z.int().describe('Context length of each sequence, tokens.'),
    models: z.array(modelFileSchema).describe('One file for each backend and quantization.'),
    excluded: z.array(exclusionSchema).describe('What was not tried, and why.'),
    searchBudget: z
      .object({
        limit: z.number().describe('Time for all trials of the search, ms.'),
        shortCost: z.number().describe('Planned time of a short trial, ms.'),
        fullCost: z.number().describe('Planned time of a full trial, ms.'),
      })
      .nullable()
      .describe('What the search may spend; null for no limit.'),
    shortfall: z
      .object({
        worth: z
          .enum(['thin', 'rates'])
          .describe(
            'thin: the fewest pairs that can confirm after a short look around. rates: nothing can be confirmed.',
          ),
        neededMs: z.number().describe('A budget that holds a search that can be trusted here, ms.'),
      })
      .optional()
      .describe('What the budget falls short of; absent where it holds a search that can be trusted.'),
    trialDeadlineMs: z.number().describe('A trial that takes longer is killed, ms.'),
    expectedTrials: z.int().describe('Trials expected when the run started.'),
    expectedMs: z.number().describe('Time expected when the run started, ms.'),
  })
  .describe('Everything decided before the first trial.');
export type Plan = z.infer<typeof planSchema>;
