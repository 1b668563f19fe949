import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Outcome } from '../../src/core/outcome.js';
import type { Plan } from '../../src/core/run-result.js';
import { tempFolder } from '../helpers/fake-model.js';
import { runCli } from '../helpers/run-cli.js';

/** The fake engine waits for known times instead of computing: what a sweep promises can be held against what it takes. */

const COST = {
  loadMs: 100,
  prefillMsPerToken: 0.8,
  decodeMs: 6,
  parallelShare: 0.8,
  quant: { q4_0: 1, q8_0: 1.6 },
  batchShare: 0.4,
  noise: 0.01,
};

async function sweep(more: string[]) {
  const folder = tempFolder('sweep-time');
  const out = join(folder, 'run');
  const model = join(folder, 'engine.json');
  writeFileSync(model, JSON.stringify({ kind: 'r1-tune/fake-engine', cost: COST }));
  const fixed = ['--backend', 'fake', '--model', model, '--binding', 'none', '--allocator', 'glibc', '--out', out];
  const result = await runCli(['sweep', ...fixed, '--no-bandwidth', '--no-sentinels', '--effort', 'quick', ...more]);
  expect(result.exitCode, result.stderr).toBe(0);
  const plan = JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8')) as Plan;
  const outcomes = readFileSync(join(out, 'outcomes.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Outcome);
  const search = outcomes.filter((o) => o.phase !== 'calibrate');
  const last = search.at(-1)!;
  const tookMs = Date.parse(last.startedAt) + last.wallMs - Date.parse(search[0]!.startedAt);
  return { plan, tookMs, stderr: result.stderr };
}

/** A neighbour that comes or goes between the forecast and the run spoils one attempt. */
const ATTEMPTS = { retry: 3, timeout: 240_000 };

it('says its trials and time before it starts, and is right about the time within 25 %', ATTEMPTS, async () => {
  const { plan, tookMs, stderr } = await sweep(['--quant', 'q4_0,q8_0', '--threads', '1', '--strategy', 'grid']);
  expect(stderr).toMatch(new RegExp(`about ${plan.expectedTrials} trials and `));
  expect(tookMs / plan.expectedMs).toBeGreaterThan(0.75);
  expect(tookMs / plan.expectedMs).toBeLessThan(1.25);
});

it('ends by itself within its budget', async () => {
  const started = Date.now();
  await sweep(['--quant', 'q4_0,q8_0', '--threads', '1', '--budget', '40s']);
  expect(Date.now() - started).toBeLessThan(40_000);
}, 120_000);
