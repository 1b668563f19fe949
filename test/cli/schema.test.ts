import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { renderReport } from '../../src/report/index.js';
import { runCli } from '../helpers/run-cli.js';
import { sampleClaims } from '../helpers/sample-claims.js';
import { sampleProfile } from '../helpers/sample-profile.js';
import { sampleRun } from '../helpers/sample-run.js';

const run = sampleRun({ trials: 80 });
const DOCUMENTS: Record<string, unknown> = {
  machine: run.machine,
  plan: run.plan,
  run,
  outcome: run.outcomes[0],
  candidate: run.plan.defaultCandidate,
  workload: run.plan.workloads.full,
  model: run.plan.models[0],
  profile: sampleProfile(),
  claims: sampleClaims(),
  report: JSON.parse(String((await renderReport(run, 'json'))[0]!.data)),
};

type Schema = { $id: string; properties?: Record<string, Schema>; items?: Schema; description?: string };

/** Paths of fields that say nothing about themselves. Their own type may carry the sentence. */
function silentFields(schema: Schema, path = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    ...(field.description || ['schemaVersion', 'kind'].includes(name) ? [] : [`${path}${name}`]),
    ...silentFields(field, `${path}${name}.`),
    ...(field.items ? silentFields(field.items, `${path}${name}[].`) : []),
  ]);
}

describe.each(Object.keys(DOCUMENTS))('schema %s', (name) => {
  it('is a JSON Schema that real documents match and damaged ones do not', async () => {
    const { stdout, stderr, exitCode } = await runCli(['schema', name]);
    expect(exitCode, stderr).toBe(0);
    const schema = JSON.parse(stdout) as Schema;
    expect(schema.$id).toBe(`r1-tune/${name}`);
    const validate = new Ajv2020({ strict: false }).compile(schema);
    expect(validate(DOCUMENTS[name]), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...(DOCUMENTS[name] as object), [Object.keys(schema.properties!)[0]!]: [[]] })).toBe(false);
    expect(validate([])).toBe(false);
  });
});

it('of a profile has a sentence for every field', async () => {
  const schema = JSON.parse((await runCli(['schema', 'profile'])).stdout) as Schema;
  const silent = silentFields(schema).filter((path) => !/objective|candidate$|request$/.test(path));
  expect(silent).toEqual([]);
});

it.each(['nothing', 'constructor', 'toString'])('there is no schema "%s"', async (name) => {
  const result = await runCli(['schema', name]);
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toMatch(/There is no schema ".*"; expected one of machine, candidate/);
});
