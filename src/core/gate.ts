import * as z from 'zod';
import { gateVerdictSchema, outcomeOfGateSchema } from './gate-verdict.js';
import { outcomeSchema } from './outcome.js';
import { profileSchema } from './profile.js';

/** History of the format. 1: first. */
export const GATE_VERSION = 1;
export const GATE_HISTORY_VERSION = 1;

const share = z.number().nullable();

const disturbanceSchema = z.object({
  cpuPressure: share.describe('Share of the last ten seconds in which something waited for a CPU (PSI "some avg10").'),
  busyShare: share.describe('Share of all CPU time that was spent on anything.'),
  stealShare: share.describe('Share of all CPU time that the hypervisor took.'),
});
export type Disturbance = z.infer<typeof disturbanceSchema>;

const preflightSchema = z.object({
  waitedMs: z.number().describe('How long the gate waited for a quiet machine, ms.'),
  isQuiet: z.boolean().describe('Whether it became quiet.'),
  seen: disturbanceSchema.describe('What else ran, at the last look.'),
});
export type Preflight = z.infer<typeof preflightSchema>;

const gatePairSchema = z.object({
  pair: z.int().describe('Number of the pair, from 0 on.'),
  order: z.enum(['AB', 'BA']).describe('AB: the baseline ran first.'),
  isVoid: z.boolean().describe('The machine disturbed it: kept, and not judged.'),
  voidReasons: z.array(z.string()).describe('What was seen, one sentence each.'),
  baseline: outcomeSchema,
  candidate: outcomeSchema,
});
export type GatePairRecord = z.infer<typeof gatePairSchema>;

const storedVerdictSchema = z.object({
  verdict: outcomeOfGateSchema,
  reasons: z.array(z.string()).describe('Why, one sentence each, the deciding one first.'),
  isBlocking: z.boolean().describe('False: there are too few earlier values to fail a build with.'),
  earlierCount: z.int().describe('Earlier measurements of the same fingerprint, model and workload.'),
  ratio: z.number().nullable().describe('The new value over the centre of the earlier ones; below 1 is worse.'),
  limit: z
    .number()
    .nullable()
    .describe('The ratio below which one new value is surprising at 1 − alpha; null with fewer than two earlier ones.'),
});
export type StoredVerdict = z.infer<typeof storedVerdictSchema>;

const exactCheckSchema = z.object({
  name: z.string().describe('What was checked.'),
  operator: z.enum(['equal', 'at most', 'at least']).describe('How it is compared.'),
  expected: z.string().describe('What the candidate is held to, as text.'),
  actual: z.string().describe('What it has, as text.'),
  state: z.enum(['met', 'broken', 'not-known']).describe('not-known: one side has no value.'),
});
export type ExactCheck = z.infer<typeof exactCheckSchema>;

const exactVerdictSchema = z.object({
  verdict: outcomeOfGateSchema,
  checks: z.array(exactCheckSchema).describe('One entry a fact.'),
  reasons: z.array(z.string()).describe('Why, one sentence each.'),
});
export type ExactVerdict = z.infer<typeof exactVerdictSchema>;

export const gateSchema = z
  .object({
    schemaVersion: z.literal(GATE_VERSION),
    kind: z.literal('r1-tune/gate'),
    mode: z
      .enum(['paired', 'stored', 'exact'])
      .describe('paired: both measured now. stored: against earlier values. exact: facts that do not wander.'),
    verdict: outcomeOfGateSchema,
    isBlocking: z.boolean().describe('False: advisory, and fails no build.'),
    reasons: z.array(z.string()).describe('Why, one sentence each, the deciding one first.'),
    margin: z.number().describe('The loss that matters, a share.'),
    alpha: z.number().describe('False-alarm rate of the whole gate, all looks and metrics together.'),
    preflight: preflightSchema
      .nullable()
      .describe('What the machine was like before the first pair; null where nobody looked.'),
    seed: z.int().describe('Seed of the coins: --seed tosses them again.'),
    metrics: z.array(z.string()).describe('What was judged.'),
    baseline: profileSchema.describe('The profile that sets the expectation.'),
    candidate: profileSchema.describe('The profile under test.'),
    paired: gateVerdictSchema.nullable().describe('The verdict of a paired gate; null for other modes.'),
    stored: z
      .record(z.string(), storedVerdictSchema)
      .nullable()
      .describe('By metric, the verdict of a stored gate; null for other modes.'),
    exact: exactVerdictSchema.nullable().describe('The verdict of an exact gate; null for other modes.'),
    pairs: z.array(gatePairSchema).describe('The pairs in the order they ran; empty for other modes.'),
    startedAt: z.string().describe('ISO 8601 time.'),
    finishedAt: z.string().describe('ISO 8601 time.'),
  })
  .describe('The verdict of a gate with everything it rests on.');
export type GateResult = z.infer<typeof gateSchema>;

export const gateHistorySchema = z
  .object({
    schemaVersion: z.literal(GATE_HISTORY_VERSION),
    kind: z.literal('r1-tune/gate-history'),
    key: z.string().describe('Hash of what must be equal: configuration, model, fingerprint and workload.'),
    entries: z
      .array(
        z.object({
          at: z.string().describe('ISO 8601 time.'),
          values: z.record(z.string(), z.number()).describe('By metric, the median of the trials.'),
        }),
      )
      .describe('One entry a gate, the newest last.'),
  })
  .describe('Earlier measurements of one profile on one machine fingerprint.');
export type GateHistory = z.infer<typeof gateHistorySchema>;
