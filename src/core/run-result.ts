import * as z from 'zod';
import { candidateSchema } from './candidate.js';
import { intervalSchema } from './interval.js';
import { machineSchema } from './machine.js';
import { modelFileSchema } from './model.js';
import { neighbourPlanSchema, neighbourSchema } from './neighbour.js';
import { outcomeSchema } from './outcome.js';
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

export const qualitySchema = z.object({
  backend: z.string().describe('Engine.'),
  quant: z.string().describe('Quantization level.'),
  measurable: z.boolean().describe('False for random weights.'),
  reason: z.string().nullable().describe('Why it is not measurable, in words.'),
  reference: z.string().nullable().describe('The highest-precision file that it was compared with.'),
  text: z
    .string()
    .optional()
    .describe('The text: its file and the first 12 digits of its SHA-256; absent for the built-in text.'),
  perplexity: z
    .number()
    .nullable()
    .describe('Perplexity on the text: each passage in a context of its own, mean over all tokens but BOS.'),
  klDivergence: z
    .number()
    .nullable()
    .describe('Mean KL divergence from the reference, nats a token; 0 for the reference, null when none was compared.'),
  top1Agreement: z
    .number()
    .nullable()
    .describe(
      'Share of positions whose most likely token equals that of the reference, 0 to 1; 1 for the reference itself, null when none was compared.',
    ),
  answerAccuracy: z
    .number()
    .nullable()
    .describe('Share of generated puzzles answered right, 0 to 1; null when not asked.'),
  tokens: z.int().nullable().describe('Tokens evaluated.'),
});
export type Quality = z.infer<typeof qualitySchema>;

export const warningSchema = z.object({
  code: z.string().describe('Stable name.'),
  severity: z.enum(['info', 'warning', 'serious']).describe('How much it matters.'),
  message: z.string().describe('What was seen, with the threshold.'),
  mend: z.string().nullable().describe('What to do about it.'),
});
export type RunWarning = z.infer<typeof warningSchema>;

export const effectSchema = z
  .object({
    axis: z.string().describe('The knob, for example "binding".'),
    value: z.string().describe('Its value, for example "one-per-core".'),
    reference: z.string().describe('The value it is compared with, for example "none".'),
    ratio: intervalSchema.describe('Objective with the value over that with the reference; 1.05 is 5 % faster.'),
  })
  .describe('What one value of one knob does, all other knobs equal.');
export type Effect = z.infer<typeof effectSchema>;

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
    outcomes: z.array(outcomeSchema).describe('Every trial with its raw samples.'),
  })
  .describe('The result of a run: the document that the report and the profile are made from.');
export type RunResult = z.infer<typeof runResultSchema>;
