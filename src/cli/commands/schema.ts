import type { Argv } from 'yargs';
import * as z from 'zod';
import { againstSchema } from '../../core/against.js';
import { candidateSchema } from '../../core/candidate.js';
import { claimsDocumentSchema } from '../../core/claims.js';
import { R1Error } from '../../core/errors.js';
import { fleetSchema } from '../../core/fleet.js';
import { machineSchema } from '../../core/machine.js';
import { modelFileSchema } from '../../core/model.js';
import { outcomeSchema } from '../../core/outcome.js';
import { profileSchema } from '../../core/profile.js';
import { planSchema, runResultSchema } from '../../core/run-result.js';
import { table } from '../../core/table.js';
import { workloadSchema } from '../../core/workload.js';
import { reportDocumentSchema } from '../../report/report-document.js';
import { openConsole } from '../console.js';

const SCHEMAS: Record<string, z.ZodType> = table({
  machine: machineSchema,
  candidate: candidateSchema,
  workload: workloadSchema,
  model: modelFileSchema,
  plan: planSchema,
  outcome: outcomeSchema,
  run: runResultSchema,
  profile: profileSchema,
  claims: claimsDocumentSchema,
  report: reportDocumentSchema,
  against: againstSchema,
  fleet: fleetSchema,
});

export const schemaCommand = {
  command: 'schema <name>',
  describe: 'Print the JSON Schema of a document: a sentence and a unit for every field',
  builder: (yargs: Argv) =>
    yargs.positional('name', { type: 'string', demandOption: true, describe: Object.keys(SCHEMAS).join(', ') }),
  handler: (args: { name: string }) => {
    const schema = Object.hasOwn(SCHEMAS, args.name) ? SCHEMAS[args.name] : undefined;
    if (!schema)
      throw new R1Error(
        'USAGE',
        `There is no schema "${args.name}"; expected one of ${Object.keys(SCHEMAS).join(', ')}.`,
      );
    openConsole({ quiet: false }).result(
      JSON.stringify({ $id: `r1-tune/${args.name}`, ...z.toJSONSchema(schema) }, null, 2),
    );
  },
};
