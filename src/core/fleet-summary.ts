import * as z from 'zod';
import { candidateSchema } from './candidate.js';
import { fleetGateSchema, fleetSetAsideSchema, fleetTaskSchema } from './fleet.js';
import { intervalSchema } from './interval.js';
import { softFingerprintSchema } from './machine-findings.js';

/** History of the format. 1: first. */
export const FLEET_SUMMARY_VERSION = 1;

export const acrossSchema = z
  .object({
    median: z.number().describe('Median over machines, in the unit of the field.'),
    low: z.number().nullable().describe('One machine: lower limit of its interval. Several: the lowest machine.'),
    high: z.number().nullable().describe('One machine: upper limit of its interval. Several: the highest machine.'),
    machines: z.int().min(1).describe('Machines behind it.'),
  })
  .describe('A number of several machines, which are never pooled into one interval.');
export type Across = z.infer<typeof acrossSchema>;

export const fleetSettingSchema = z
  .object({
    candidateId: z.string().describe('Hash of the candidate.'),
    candidate: candidateSchema,
    engine: z.string().describe('Engine with its version.'),
    isDefault: z.boolean().describe('True for the default configuration.'),
    machines: z.int().describe('Machines that measured it.'),
    objective: acrossSchema.describe('Objective, tok/s.'),
    generatedTokensPerSecond: acrossSchema.describe("Generated tokens a second, the prompt's time counted in, tok/s."),
    decodeTokensPerSecond: acrossSchema.describe('Decode rate, tok/s.'),
    prefillTokensPerSecond: acrossSchema.describe('Prefill rate, tok/s.'),
    ttftMs: acrossSchema.nullable().describe('Time to first token of the measured prompt, ms.'),
    peakRssBytes: z.number().nullable().describe('Largest peak RSS of any machine, bytes.'),
    energyJoulesPerToken: acrossSchema.nullable().describe('Energy a token, J.'),
  })
  .describe('One configuration on the machines of a kind.');
export type FleetSetting = z.infer<typeof fleetSettingSchema>;

export const machineScoreSchema = z
  .object({
    node: z.string().nullable().describe('Name of the machine.'),
    ratio: z.number().describe("Its speed over its kind's median: 0.9 is 10 % slower."),
    soft: softFingerprintSchema.describe('Its soft facts.'),
    verdict: z.enum(['slow', 'fast', 'usual', 'not-tested']).describe('slow, fast: beyond what chance gives.'),
  })
  .describe("A machine against its kind's median.");
export type MachineScore = z.infer<typeof machineScoreSchema>;

export const softChangeSchema = z
  .object({
    fact: z.string().describe('The soft fact, for example kernel.'),
    value: z.string().nullable().describe('Its value on the machines compared.'),
    against: z.string().nullable().describe('Its value on most of the others.'),
    machines: z.int().describe('Machines with the value.'),
    others: z.int().describe('Machines with the other value.'),
    ratio: intervalSchema.describe('Geometric mean speed of the former over that of the latter.'),
    isShown: z.boolean().describe('True when the interval excludes 1.'),
  })
  .describe(
    'Machines of a kind that differ in a soft fact, such as a new kernel image. Not paired: other causes may go with it.',
  );
export type SoftChange = z.infer<typeof softChangeSchema>;

export const fleetKindSummarySchema = z
  .object({
    kind: z.string().describe('Id of the kind.'),
    name: z.string().describe('The kind in one line.'),
    machines: z.int().describe('Machines that measured this task.'),
    best: fleetSettingSchema.describe('The fastest of what its runs recommend, and of the default.'),
    price: z
      .object({
        name: z.string().nullable().describe('What the prices file calls the machine.'),
        perHour: z.number().describe('Price of one machine, an hour.'),
        perMillion: z.number().describe('Price of a million generated tokens at full use, one stream.'),
        isOnFrontier: z.boolean().describe('No other priced kind is both faster and cheaper a token.'),
        streams: z.int().nullable().describe('Streams of the throughput below; null when none was measured.'),
        perMillionBusy: z
          .number()
          .nullable()
          .describe('Price of a million generated tokens with those streams at once, prompts not counted in.'),
      })
      .nullable()
      .describe('null without a price for the kind.'),
    spread: z
      .object({
        isTested: z.boolean().describe('False with too few machines to tell a slow one from chance.'),
        settings: z.array(z.string()).describe('Configurations (candidate ids) that the machines were compared by.'),
        machines: z.array(machineScoreSchema).describe('Slowest first.'),
      })
      .describe('How machines of the kind differ.'),
    changes: z.array(softChangeSchema).describe('Soft facts that divide the kind.'),
  })
  .describe('One kind on one task.');
export type FleetKindSummary = z.infer<typeof fleetKindSummarySchema>;

export const sharedProfileSchema = z
  .object({
    candidateId: z.string().describe('Hash of the candidate.'),
    candidate: candidateSchema,
    engine: z.string().describe('Engine with its version.'),
    kinds: z
      .array(
        z.object({
          kind: z.string().describe('Id of the kind.'),
          loss: z.number().describe("What it loses against the kind's own best on the same machines, a share; median."),
          machines: z.int().describe('Machines that measured both.'),
        }),
      )
      .describe('Kinds that it serves within the share allowed.'),
  })
  .describe('One configuration that serves several kinds.');
export type SharedProfile = z.infer<typeof sharedProfileSchema>;

export const fleetTaskSummarySchema = z
  .object({
    task: fleetTaskSchema,
    kinds: z.array(fleetKindSummarySchema).describe('Fastest first.'),
    shared: z.array(sharedProfileSchema).describe('Configurations that serve several kinds.'),
    own: z
      .array(
        z.object({
          kind: z.string().describe('Id of the kind.'),
          why: z
            .enum(['slower', 'not-measured'])
            .describe('slower: others lose more there. not-measured: none was tried there.'),
          loss: z
            .number()
            .nullable()
            .describe('The least loss of a configuration of another kind; null when none was tried.'),
        }),
      )
      .describe('Kinds that need a profile of their own.'),
  })
  .describe('Everything measured of one task.');
export type FleetTaskSummary = z.infer<typeof fleetTaskSummarySchema>;

export const fleetSummarySchema = z
  .object({
    schemaVersion: z.literal(FLEET_SUMMARY_VERSION),
    kind: z.literal('r1-tune/fleet-summary'),
    falseAlarms: z.number().describe('Probability that a fleet without outlying machines names any.'),
    within: z.number().describe('Loss up to which a profile serves another kind, a share.'),
    currency: z.string().nullable().describe('Put before prices; null without prices.'),
    machines: z.int().describe('Machines of the fleet.'),
    runs: z.int().describe('Runs of the fleet.'),
    tasks: z.array(fleetTaskSummarySchema).describe('By number of machines.'),
    unmeasured: z
      .array(z.object({ kind: z.string().describe('Id.'), name: z.string().describe('In one line.') }))
      .describe('Kinds that were probed and not measured.'),
    gates: z
      .array(fleetGateSchema.extend({ kindId: z.string().describe('Kind of its machine.') }))
      .describe('Newest verdict of each machine and profile.'),
    setAside: z.array(fleetSetAsideSchema).describe('What could not be taken.'),
    notes: z.array(z.enum(['unnamed'])).describe('unnamed: equal machines without names count as one.'),
  })
  .describe('What a fleet says: the report of r1-tune fleet in numbers.');
export type FleetSummary = z.infer<typeof fleetSummarySchema>;
