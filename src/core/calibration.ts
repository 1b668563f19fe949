import * as z from 'zod';
import { candidateSchema } from './candidate.js';
import { workloadSchema } from './workload.js';

/** History of the format. 1: first. */
export const CALIBRATION_VERSION = 1;

export const calibrationSchema = z
  .object({
    schemaVersion: z.literal(CALIBRATION_VERSION),
    kind: z.literal('r1-tune/calibration'),
    createdAt: z.string().describe('ISO 8601 time.'),
    fingerprint: z.string().describe('Hash of the hard facts of the machine.'),
    modelKey: z.string().describe('SHA-256 of the model file, or its path and size where that is not known.'),
    candidate: candidateSchema.describe('The configuration that was paired with itself.'),
    workload: workloadSchema,
    pairs: z.int().describe('Pairs of the configuration with itself.'),
    pairedSd: z.number().describe('Standard deviation of the paired log-ratios of the decode rate: the noise floor.'),
    spread: z.number().describe('Standard deviation of the log decode rate over all trials; 0.03 is about 3 %.'),
    minimumDetectable: z
      .array(
        z.object({
          pairs: z.int().describe('Pairs of a gate.'),
          effect: z.number().nullable().describe('The smallest loss, a share.'),
        }),
      )
      .describe('Smallest loss that so many gate pairs show with 90 % power, a share; null when none could be.'),
    driftPerHour: z
      .number()
      .nullable()
      .describe('Change of the decode rate with time, a share an hour; null with too few trials.'),
    warmUp: z
      .object({
        steps: z.int().describe('Decode steps that every trial discards from now on.'),
        perPilot: z
          .array(z.int())
          .describe('Steps that each pilot needed until four chunks of four steps varied below 2 %.'),
        isCapped: z.boolean().describe('True when a pilot never settled.'),
        coldRatio: z.number().describe('First step over a settled one, median of the pilots.'),
      })
      .describe('Warm-up, found once and then frozen.'),
  })
  .describe('The noise floor of one engine and model on one machine.');
export type Calibration = z.infer<typeof calibrationSchema>;
