import * as z from 'zod';
import { candidateSchema } from './candidate.js';
import { intervalSchema } from './interval.js';
import { fingerprintSchema, hardFingerprintSchema } from './machine-findings.js';
import { profileSchema } from './profile.js';
import { throughputSchema } from './run-result.js';
import { objectiveSchema, requestSchema, workloadSchema } from './workload.js';

/** History of the formats of a fleet: its entries and FLEET.json. 1: first. */
export const FLEET_VERSION = 1;

const node = z
  .string()
  .min(1)
  .nullable()
  .describe('Name of the machine within the fleet; null when nobody named it: then its hard facts stand for it.');

const origin = {
  schemaVersion: z.literal(FLEET_VERSION),
  node,
  source: z.string().describe('The folder, file or address it was collected from.'),
};

export const fleetMachineFactsSchema = z
  .object({
    fingerprint: fingerprintSchema.describe('Hard and soft facts.'),
    description: z.string().describe('The machine in one line.'),
  })
  .describe('What identifies the machine.');
export type FleetMachineFacts = z.infer<typeof fleetMachineFactsSchema>;

export const fleetRateSchema = z
  .object({
    candidateId: z.string().describe('Hash of the candidate.'),
    candidate: candidateSchema,
    engine: z.string().describe('Engine with the version of its package.'),
    trials: z.int().min(1).describe('Processes behind the rates.'),
    objective: intervalSchema.describe('Objective of the run, tok/s.'),
    generatedTokensPerSecond: intervalSchema.describe(
      "Generated tokens a second, the prompt's time counted in where the objective counts it, tok/s.",
    ),
    prefillTokensPerSecond: intervalSchema.describe('Prefill rate, tok/s.'),
    decodeTokensPerSecond: intervalSchema.describe('Decode rate of one sequence, tok/s.'),
    ttftMs: intervalSchema.nullable().describe('Time to first token of the measured prompt, ms.'),
    throughput: throughputSchema.optional(),
    peakRssBytes: z.number().nullable().describe('Largest peak RSS seen, bytes.'),
    energyJoulesPerToken: z.number().nullable().describe('Median energy a token, J; null when not readable.'),
    isDefault: z.boolean().describe('True for the default configuration.'),
    meetsConstraints: z.boolean().describe('True when no constraint is shown to be broken.'),
  })
  .describe('One configuration as one run measured it.');
export type FleetRate = z.infer<typeof fleetRateSchema>;

export const fleetTaskSchema = z
  .object({
    model: z.string().describe('The model: its geometry, or its name where that is no known one.'),
    weights: z.enum(['trained', 'random']).describe('random: a synthetic twin.'),
    objective: objectiveSchema,
    request: requestSchema,
    workload: workloadSchema,
    contextTokens: z.int().describe('Context length of each sequence, tokens.'),
  })
  .describe('What was measured. Only rates of the same task are compared.');
export type FleetTask = z.infer<typeof fleetTaskSchema>;

export const fleetRunSchema = z
  .object({
    ...origin,
    kind: z.literal('r1-tune/fleet-run'),
    run: z.string().describe('Name of the run folder.'),
    status: z.enum(['complete', 'cut']).describe('cut: ended before the strategy was done.'),
    startedAt: z.string().describe('ISO 8601 time of the first trial.'),
    finishedAt: z.string().describe('ISO 8601 time of the last trial.'),
    machine: fleetMachineFactsSchema,
    task: fleetTaskSchema,
    rates: z.array(fleetRateSchema).describe('Configurations measured, best first.'),
    profile: profileSchema.nullable().describe('best.json; null when nothing viable was found.'),
  })
  .describe('A run, as far as a fleet needs it.');
export type FleetRun = z.infer<typeof fleetRunSchema>;

export const fleetGateSchema = z
  .object({
    ...origin,
    kind: z.literal('r1-tune/fleet-gate'),
    machine: fleetMachineFactsSchema,
    mode: z.string().describe('paired, stored or exact.'),
    verdict: z.string().describe('PASS, FAIL, INCONCLUSIVE or INVALID.'),
    reasons: z.array(z.string()).describe('Why, in words.'),
    baseline: z.string().describe('Name of the baseline profile.'),
    candidate: z.string().describe('Name of the profile under test.'),
    finishedAt: z.string().describe('ISO 8601 time.'),
  })
  .describe('The verdict of a gate.');
export type FleetGate = z.infer<typeof fleetGateSchema>;

export const fleetCaptureSchema = z
  .object({
    ...origin,
    kind: z.literal('r1-tune/fleet-machine'),
    machine: fleetMachineFactsSchema,
    probedAt: z.string().nullable().describe('ISO 8601 time; null for a capture.'),
  })
  .describe('A machine that was probed or captured and not measured.');
export type FleetCapture = z.infer<typeof fleetCaptureSchema>;

export const fleetSetAsideSchema = z
  .object({
    ...origin,
    kind: z.literal('r1-tune/fleet-set-aside'),
    reason: z.string().describe('Why it was not taken, in words.'),
  })
  .describe('What was found and could not be taken.');
export type FleetSetAside = z.infer<typeof fleetSetAsideSchema>;

/** One file of a fleet folder. */
export const fleetEntrySchema = z.discriminatedUnion('kind', [
  fleetRunSchema,
  fleetGateSchema,
  fleetCaptureSchema,
  fleetSetAsideSchema,
]);
export type FleetEntry = z.infer<typeof fleetEntrySchema>;

export const fleetMachineSchema = z
  .object({
    node,
    machine: fleetMachineFactsSchema.describe('Facts of its newest document.'),
    runs: z.array(fleetRunSchema).describe('Its runs, newest first.'),
    gates: z.array(fleetGateSchema).describe('Its gates, newest first.'),
    captures: z.array(fleetCaptureSchema).describe('Where it was probed or captured.'),
  })
  .describe('One machine of the fleet.');
export type FleetMachine = z.infer<typeof fleetMachineSchema>;

export const fleetKindSchema = z
  .object({
    id: z.string().describe('First 12 hexadecimal digits of the SHA-256 of the hard facts.'),
    name: z.string().describe('The kind in one line.'),
    hard: hardFingerprintSchema.describe('Facts that all its machines share.'),
    machines: z.array(fleetMachineSchema).describe('By name; the one without a name first.'),
  })
  .describe('Machines with the same hard facts.');
export type FleetKind = z.infer<typeof fleetKindSchema>;

export const fleetSchema = z
  .object({
    schemaVersion: z.literal(FLEET_VERSION),
    kind: z.literal('r1-tune/fleet'),
    kinds: z.array(fleetKindSchema).describe('Kinds of machines, by name.'),
    setAside: z.array(fleetSetAsideSchema).describe('What was found and could not be taken.'),
  })
  .describe('FLEET.json: what many machines measured, by kind and machine. Made from the files of its folder alone.');
export type Fleet = z.infer<typeof fleetSchema>;
