import * as z from 'zod';
import { gateVerdictSchema, outcomeOfGateSchema } from './gate-verdict.js';
import { outcomeSchema } from './outcome.js';
import { profileSchema } from './profile.js';

/** History of the format. 1: first. */
export const GATE_VERSION = 1;

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

const buildSchema = z.object({
  at: z.string().describe('When it was measured, ISO 8601.'),
  commit: z.string().nullable().describe('Commit that was measured; null where nobody said.'),
  value: z.number().describe('Median of its trials, in the unit of the metric.'),
});

const levelSchema = z.object({
  from: z.int().describe('Index of its first build.'),
  to: z.int().describe('Index after its last build.'),
  centre: z.number().describe('Median of its builds.'),
});
export type Level = z.infer<typeof levelSchema>;

const historyVerdictSchema = z.object({
  verdict: outcomeOfGateSchema,
  isBlocking: z.boolean().describe('Always false so far: a history is advice, and fails no build.'),
  builds: z.array(buildSchema).describe('The builds that were compared, oldest first.'),
  levels: z.array(levelSchema).describe('Stretches of builds without a change.'),
  ratio: z
    .number()
    .nullable()
    .describe('The level now over the best level before, oriented so that below 1 is worse; null without a change.'),
  fell: z
    .object({
      after: z.int().describe('Index of the last build of the best level.'),
      until: z.int().describe('Index of the first build of the level now.'),
    })
    .nullable()
    .describe('Builds between which the level fell; null unless it fell by the margin.'),
  marginRatio: z.number().describe('The ratio at which a loss matters.'),
});
export type HistoryVerdict = z.infer<typeof historyVerdictSchema>;

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
      .enum(['paired', 'stored', 'history', 'exact'])
      .describe(
        'paired: both measured now. stored: against earlier values. history: whether the level of many builds fell. exact: facts that do not wander.',
      ),
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
    history: z
      .record(z.string(), historyVerdictSchema)
      .nullable()
      .optional()
      .describe('By metric, what the history of its builds shows; null for other modes, absent in older files.'),
    exact: exactVerdictSchema.nullable().describe('The verdict of an exact gate; null for other modes.'),
    pairs: z.array(gatePairSchema).describe('The pairs in the order they ran; empty for other modes.'),
    startedAt: z.string().describe('ISO 8601 time.'),
    finishedAt: z.string().describe('ISO 8601 time.'),
  })
  .describe('The verdict of a gate with everything it rests on.');
export type GateResult = z.infer<typeof gateSchema>;
