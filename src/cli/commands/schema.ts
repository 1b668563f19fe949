import type { Argv } from 'yargs';
import * as z from 'zod';
import { candidateSchema } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import { modelFileSchema } from '../../core/model.js';
import { table } from '../../core/table.js';
import { workloadSchema } from '../../core/workload.js';
import { openConsole } from '../console.js';
import { DOCUMENTS } from '../documents.js';

/** Parts of documents that people look up by themselves, then the documents. */
const SCHEMAS: Record<string, z.ZodType> = table({
  candidate: candidateSchema,
  workload: workloadSchema,
  model: modelFileSchema,
  ...Object.fromEntries(Object.entries(DOCUMENTS).map(([name, { schema }]) => [name, schema])),
});

export const SCHEMA_NAMES = Object.keys(SCHEMAS);

/** The JSON Schema of a document. Throws USAGE for a name that none has. */
export function schemaOf(name: string): Record<string, unknown> {
  const schema = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined;
  if (!schema) throw new R1Error('USAGE', `There is no schema "${name}"; expected one of ${SCHEMA_NAMES.join(', ')}.`);
  return { $id: `r1-tune/${name}`, ...z.toJSONSchema(schema) };
}

export const schemaCommand = {
  command: 'schema <name>',
  describe: 'Print the JSON Schema of a document: a sentence and a unit for every field',
  builder: (yargs: Argv) =>
    yargs.positional('name', { type: 'string', demandOption: true, describe: SCHEMA_NAMES.join(', ') }),
  handler: ({ name }: { name: string }): void =>
    openConsole({ quiet: false }).result(JSON.stringify(schemaOf(name), null, 2)),
};
