import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { canonicalJson } from '../../../../src/core/canonical.js';
import { liveHost } from '../../../../src/probes/host/live.js';
import { renderReport } from '../../../../src/report/index.js';
import type { Context } from '../../../../src/runs/context.js';
import { executeRun } from '../../../../src/runs/sweep/execute.js';
import { finishRun } from '../../../../src/runs/sweep/finish.js';
import { readRun, resumeRunFolder } from '../../../../src/store/run-folder.js';
import { tempFolder } from '../../../helpers/fake-model.js';

/** The recorded run of results/sample, gone on with when everything is measured: its documents follow from its log alone. */

const SAMPLE = fileURLToPath(new URL('../../../../results/sample/', import.meta.url));
/** What was written before and what was read back differ in the order of keys; everything else must be the same byte for byte. */
const canonical = (json: string): string => canonicalJson(JSON.parse(json));
const read = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');

/** After a change that is meant: UPDATE_SAMPLE=1 npx vitest run test/unit/runs/sweep/sample-equality.test.ts */
async function makeAgain(path: string): Promise<void> {
  for (const name of ['run.json', 'best.json', 'best-small-memory.json']) cpSync(join(path, name), join(SAMPLE, name));
  for (const format of ['html', 'md', 'csv'] as const)
    for (const { name, data } of await renderReport(readRun(SAMPLE), format)) writeFileSync(join(SAMPLE, name), data);
}

it('results/sample/outcomes.jsonl gives byte-equal run.json and best.json, and nothing is measured', async () => {
  const path = join(tempFolder('sample-equality'), 'sample');
  for (const name of ['plan.json', 'machine.json', 'quality.json', 'outcomes.jsonl'])
    cpSync(join(SAMPLE, name), join(path, name));
  const { folder, plan, machine, quality } = resumeRunFolder(path);

  const context: Context = {
    host: liveHost({}),
    clock: { now: () => 0, monotonicMs: () => 0, sleep: async () => {} },
    emit: () => {},
    // Whoever wants to measure is told that the user has stopped the run.
    signal: AbortSignal.abort(new Error('measured something')),
  };
  const { models } = plan;
  const run = await executeRun({ folder, machine, plan, models, quality, sentinels: true, startedMs: 0 }, context);
  await finishRun(folder, run, context);
  folder.close();
  if (process.env.UPDATE_SAMPLE) await makeAgain(path);
  for (const name of ['run.json', 'best.json', 'best-small-memory.json'])
    expect(canonical(read(path, name)) === canonical(read(SAMPLE, name)), `${name} differs`).toBe(true);
  expect(read(path, 'outcomes.jsonl')).toBe(read(SAMPLE, 'outcomes.jsonl'));
}, 60_000);
