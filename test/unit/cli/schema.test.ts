import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { SCHEMA_NAMES, schemaOf } from '../../../src/cli/commands/schema.js';
import { DOCUMENTS } from '../../../src/cli/documents.js';
import { renderReport } from '../../../src/report/index.js';
import { sampleClaims } from '../../helpers/sample-claims.js';
import { sampleProfile } from '../../helpers/sample-profile.js';
import { sampleRun } from '../../helpers/sample-run.js';

/** The rest of the documents are held to their schemas where they are made: test/helpers/expect-documents.ts. */
const run = sampleRun({ trials: 80 });
const claims = sampleClaims();
const SAMPLES: Record<string, unknown> = {
  machine: run.machine,
  plan: run.plan,
  run,
  outcome: run.outcomes[0],
  candidate: run.plan.defaultCandidate,
  workload: run.plan.workloads.full,
  model: run.plan.models[0],
  profile: sampleProfile(),
  quality: run.quality,
  claims,
  'claims-plan': claims.plan,
  report: JSON.parse(String((await renderReport(run, 'json'))[0]!.data)),
};

type Schema = {
  $id: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  description?: string;
};

const isTold = ({ description, anyOf }: Schema): boolean => Boolean(description) || (anyOf ?? []).some(isTold);

/** Paths of fields that say nothing about themselves. Their own type may carry the sentence. */
function silentFields(schema: Schema, path = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    ...(isTold(field) || ['schemaVersion', 'kind'].includes(name) ? [] : [`${path}${name}`]),
    ...silentFields(field, `${path}${name}.`),
    ...(field.items ? silentFields(field.items, `${path}${name}[].`) : []),
  ]);
}

const compiled = (name: string) =>
  new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(schemaOf(name));

/** The same with a first field that nothing takes. */
function damaged(document: unknown, { properties, items }: Schema): unknown {
  if (Array.isArray(document)) return [damaged(document[0], items!)];
  return { ...(document as object), [Object.keys(properties!)[0]!]: [[]] };
}

it.each(SCHEMA_NAMES)('schema %s is a JSON Schema under its own name', (name) => {
  expect(schemaOf(name).$id).toBe(`r1-tune/${name}`);
  compiled(name);
});

describe.each(Object.keys(SAMPLES))('schema %s', (name) => {
  it('is what real documents match and damaged ones do not', () => {
    const validate = compiled(name);
    expect(validate(SAMPLES[name]), JSON.stringify(validate.errors)).toBe(true);
    expect(validate(damaged(SAMPLES[name], schemaOf(name) as Schema))).toBe(false);
    expect(validate('text')).toBe(false);
  });
});

it('of every document has a sentence for every field', () => {
  const silent = Object.keys(DOCUMENTS).flatMap((name) =>
    silentFields(schemaOf(name) as Schema).filter((path) => !/objective|candidate$|request$/.test(path)),
  );
  expect(silent).toEqual([]);
});

it.each(['nothing', 'constructor', 'toString'])('there is no schema "%s"', (name) => {
  expect(() => schemaOf(name)).toThrow(/There is no schema ".*"; expected one of candidate, workload/);
});
