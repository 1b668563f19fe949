import * as z from 'zod';
import { candidateSchema } from '../core/candidate.js';
import { modelFileSchema } from '../core/model.js';
import { effectiveSchema, resourcesSchema, samplesSchema } from '../core/outcome.js';
import { workloadSchema } from '../core/workload.js';

/**
 * What a parent asks of a trial child: one candidate, one model file, one workload.
 * `slowdown` is for testing the gate only: a share of each decode step that is spent spinning.
 */
export const trialRequestSchema = z.object({
  candidate: candidateSchema,
  model: modelFileSchema,
  workload: workloadSchema,
  contextTokens: z.int().min(1),
  slowdown: z.number().min(0).max(10),
  /** False leaves the page cache as it is: for measuring a cold start. */
  prefault: z.boolean().optional(),
  /** After the load the child waits for `go`: the parent puts it where it is to be measured first. */
  waitsForGo: z.boolean().optional(),
  /** Which of several processes that run at once this is: the first serves the request alone, all serve the streams. */
  replica: z.object({ index: z.int().min(0), count: z.int().min(2) }).optional(),
});
export type TrialRequest = z.infer<typeof trialRequestSchema>;

export const parentMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), request: trialRequestSchema }),
  z.object({ type: z.literal('go') }),
]);
export type ParentMessage = z.infer<typeof parentMessageSchema>;

/** Phases a child passes, so that a death can be told apart by when it happened. */
export const childPhaseSchema = z.enum(['loading', 'warming-up', 'prefill', 'decode', 'finishing']);
export type ChildPhase = z.infer<typeof childPhaseSchema>;

export const childMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), pid: z.int() }),
  z.object({ type: z.literal('phase'), phase: childPhaseSchema }),
  z.object({ type: z.literal('effective'), effective: effectiveSchema }),
  // A replica has come to a meeting place, and waits there for `go`.
  z.object({ type: z.literal('waiting') }),
  z.object({ type: z.literal('done'), samples: samplesSchema, resources: resourcesSchema, effective: effectiveSchema }),
  z.object({ type: z.literal('refused'), code: z.string(), message: z.string() }),
]);
export type ChildMessage = z.infer<typeof childMessageSchema>;
