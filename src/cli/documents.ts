import type * as z from 'zod';
import { againstSchema } from '../core/against.js';
import { calibrationSchema } from '../core/calibration.js';
import { capacityPlanSchema } from '../core/capacity-plan.js';
import { claimsDocumentSchema, claimsPlanSchema } from '../core/claims.js';
import { doctorSchema } from '../core/doctor.js';
import { fleetSchema } from '../core/fleet.js';
import { fleetSummarySchema } from '../core/fleet-summary.js';
import { gateSchema } from '../core/gate.js';
import { gateHistoryEntrySchema } from '../core/gate-history.js';
import { machineSchema } from '../core/machine.js';
import { outcomeSchema } from '../core/outcome.js';
import { pricesSchema } from '../core/prices.js';
import { profileSchema } from '../core/profile.js';
import { planSchema, qualityFileSchema, runResultSchema } from '../core/run-result.js';
import { table } from '../core/table.js';
import { reportDocumentSchema } from '../report/report-document.js';

export type DocumentRow = {
  schema: z.ZodType;
  /** Name of its file; null where a hash or the user names it. */
  file: string | null;
  /** Where it is found, for docs/results-format.md. */
  where: string;
};

/** Every document that r1-tune writes, by the name that `r1-tune schema` takes. */
export const DOCUMENTS: Record<string, DocumentRow> = table({
  plan: { schema: planSchema, file: 'plan.json', where: '`plan.json` of a run folder, and `plan` in `run.json`.' },
  outcome: {
    schema: outcomeSchema,
    file: 'outcomes.jsonl',
    where: 'One line of `outcomes.jsonl`, and `outcomes[]` in `run.json`.',
  },
  run: { schema: runResultSchema, file: 'run.json', where: '`run.json`.' },
  quality: {
    schema: qualityFileSchema,
    file: 'quality.json',
    where: '`quality.json` of a sweep, and `quality` in `run.json`.',
  },
  profile: { schema: profileSchema, file: 'best.json', where: '`best.json` and every file in `profiles/`.' },
  report: {
    schema: reportDocumentSchema,
    file: 'report.json',
    where: '`report.json`, made by `r1-tune report RUN --format json`.',
  },
  machine: {
    schema: machineSchema,
    file: 'machine.json',
    where: '`machine.json`, `machine` in `run.json`, and the output of `r1-tune probe --json`.',
  },
  against: { schema: againstSchema, file: 'against.json', where: '`against.json`, made by `r1-tune bench --against`.' },
  gate: { schema: gateSchema, file: 'gate.json', where: '`gate.json`, made by `r1-tune gate`.' },
  'gate-history': {
    schema: gateHistoryEntrySchema,
    file: null,
    where:
      'One line of `gate-history.jsonl` in R1TUNE_HOME, or of the `--store` of `r1-tune gate`, modes stored and history.',
  },
  calibration: {
    schema: calibrationSchema,
    file: null,
    where: '`calibrations/*.json` in R1TUNE_HOME, made by `r1-tune calibrate`.',
  },
  claims: { schema: claimsDocumentSchema, file: 'claims.json', where: '`claims.json`, made by `r1-tune claims`.' },
  'claims-plan': {
    schema: claimsPlanSchema,
    file: 'claims-plan.json',
    where: '`claims-plan.json`, made by `r1-tune claims` before its first trial, and `plan` in `claims.json`.',
  },
  fleet: { schema: fleetSchema, file: 'FLEET.json', where: '`FLEET.json`, made by `r1-tune fleet collect`.' },
  'fleet-summary': {
    schema: fleetSummarySchema,
    file: 'fleet-summary.json',
    where: '`fleet-summary.json`, made by `r1-tune fleet report`.',
  },
  'capacity-plan': { schema: capacityPlanSchema, file: null, where: 'The output of `r1-tune plan --json`.' },
  doctor: { schema: doctorSchema, file: null, where: 'The output of `r1-tune doctor --json`.' },
  prices: { schema: pricesSchema, file: null, where: 'The file of `--prices`, which you write.' },
});
