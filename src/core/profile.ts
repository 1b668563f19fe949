import * as z from 'zod';
import { candidateSchema } from './candidate.js';
import { intervalSchema } from './interval.js';
import { modelFileSchema } from './model.js';
import { besideSchema, environmentSchema } from './neighbour.js';
import { constraintsSchema, goalSchema, speedupSchema, throughputSchema, versionsSchema } from './run-result.js';
import { objectiveSchema, requestSchema, workloadSchema } from './workload.js';

/**
 * History of the profile format. 1: first.
 * Older versions are upgraded by src/store/upgrade.ts for ever; newer ones are refused.
 */
export const PROFILE_VERSION = 1;

/** Of the facts of older and newer versions only those that an export writes into its files have a shape. */
const hardSchema = z.looseObject({
  arch: z
    .string()
    .regex(/^[a-z][a-z0-9]*$/, 'expected an architecture as Node names it, such as x64')
    .optional()
    .describe('Processor architecture as Node names it.'),
});

export const profileSchema = z
  .object({
    schemaVersion: z.literal(PROFILE_VERSION),
    kind: z.literal('r1-tune/profile'),
    name: z.string().describe('Name of the profile.'),
    createdAt: z.iso.datetime({ offset: true }).describe('ISO 8601 time.'),
    model: modelFileSchema.describe('The file that was measured. `weights: "random"` marks a synthetic twin.'),
    modelId: z.string().describe('What was asked for, for example "synthetic:deepseek-r1-distill-qwen-1.5b".'),
    candidate: candidateSchema.describe('Every knob of the deployment.'),
    contextTokens: z.int().min(1).describe('Context length of each sequence, tokens.'),
    objective: objectiveSchema,
    goal: z
      .object({ name: goalSchema, evidence: z.string().describe('How sure the run is of it, in one sentence.') })
      .optional()
      .describe('Set when it was chosen for another goal than the objective of its run; absent in best.json.'),
    request: requestSchema,
    workload: workloadSchema.describe('The token trace behind the expected numbers.'),
    verdict: z
      .enum(['faster', 'keep-default', 'unconfirmed'])
      .describe('What the run showed against the default configuration.'),
    expected: z
      .object({
        prefillTokensPerSecond: intervalSchema.describe('Prefill rate, tok/s.'),
        decodeTokensPerSecond: intervalSchema.describe('Decode rate, tok/s.'),
        ttftMs: intervalSchema.describe('Time to first token of the workload prompt, ms.'),
        peakRssBytes: z.number().min(0).nullable().describe('Peak resident memory, bytes.'),
        loadMs: z.number().nullable().describe('Median load time, ms.'),
        cpuSecondsPerToken: z.number().nullable().describe('CPU time a token, s.'),
        throughput: throughputSchema.optional(),
        energyJoulesPerToken: z.number().nullable().describe('Energy a token, J; null when not readable.'),
      })
      .describe('What the deployment should reach on the same machine.'),
    speedup: speedupSchema.nullable().describe('Against the default configuration; null when it is the default.'),
    neighbour: besideSchema
      .pick({ decodeTokensPerSecond: true, overAlone: true })
      .extend({ environment: environmentSchema })
      .optional()
      .describe('What it reaches beside one busy process; absent where that was not measured.'),
    baseline: candidateSchema.describe('The default configuration that it was compared with.'),
    constraints: constraintsSchema.describe('Constraints that were met.'),
    machine: z
      .object({
        fingerprint: z.string().describe('Hash of the hard facts.'),
        hard: hardSchema.describe('Facts that must be equal for the numbers to hold.'),
        soft: z.record(z.string(), z.unknown()).describe('Facts that are worth a warning when they differ.'),
        description: z.string().describe('The machine in one line.'),
      })
      .describe('Where it was measured.'),
    provenance: z
      .object({
        run: z.string().describe('Name of the run folder.'),
        versions: versionsSchema,
        engine: z
          .string()
          .optional()
          .describe('Engine of the trials: its name and version, and how it was reached. Absent in older profiles.'),
        properties: z
          .record(z.string(), z.string())
          .optional()
          .describe('Settings in force, as the engine gave them back. Absent where it does not.'),
        gitCommit: z.string().nullable().describe('Commit of r1-tune.'),
        seed: z.int().describe('Seed of the run.'),
        trials: z.int().describe('Trials of the run.'),
      })
      .describe('Where it came from.'),
  })
  .describe('A tuned deployment with its proof: best.json.');
export type Profile = z.infer<typeof profileSchema>;
