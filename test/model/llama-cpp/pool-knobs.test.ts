import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { baseCandidate, type Candidate } from '../../../src/core/candidate.js';
import { GEOMETRIES, type ModelFile } from '../../../src/core/model.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import { tempFolder } from '../../helpers/fake-model.js';

/** Polling and priority of llama.cpp's threads, seen in /proc of a process of their own. */

const SCRIPT = `
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLlamaCppEngine } from ${JSON.stringify(new URL('../../../dist/runners/llama-cpp/index.js', import.meta.url).href)};
const fields = (id) => readFileSync('/proc/self/task/' + id + '/stat', 'utf8').split(') ')[1].split(' ');
const before = new Set(readdirSync('/proc/self/task'));
const session = await createLlamaCppEngine('', 'c-api').load(JSON.parse(process.argv[2]));
const sequence = session.openSequence();
await sequence.prefill([10, 11, 12]);
const cpuTicks = () => readdirSync('/proc/self/task').filter((id) => !before.has(id)).reduce((sum, id) => sum + Number(fields(id)[11]), 0);
const sampling = { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 1 };
let idle = 0;
for (let i = 0; i < 5; i++) {
  await sequence.step([i + 10], sampling);
  const start = cpuTicks();
  await sleep(60);
  idle += cpuTicks() - start;
}
const policies = {};
for (const id of readdirSync('/proc/self/task')) policies[fields(id)[38]] = (policies[fields(id)[38]] ?? 0) + 1;
console.log(JSON.stringify({ idle, policies, said: session.describe().threadPriority }));
process.exit(0);
`;

type Seen = { idle: number; policies: Record<string, number>; said: string };

describe.runIf(process.platform === 'linux')('the pool of llama.cpp', () => {
  let model: ModelFile;
  beforeAll(async () => {
    const path = join(tempFolder('pool-knobs'), 'tiny.gguf');
    model = await synthesizeGguf({ geometry: GEOMETRIES.tiny, quant: 'q4_0', seed: 1, path });
  });
  const script = join(tempFolder('pool-knobs'), 'look.mjs');
  writeFileSync(script, SCRIPT);

  async function look(changes: Partial<Candidate>, wrap: string[] = []): Promise<Seen> {
    const candidate = { ...baseCandidate('llama-cpp', 'q4_0', 2), ...changes };
    const request = { model, candidate, contextTokens: 256, sequences: 1 };
    const [file, ...args] = [...wrap, process.execPath, script, JSON.stringify(request)];
    const { stdout } = await promisify(execFile)(file!, args, { timeout: 55_000 });
    return JSON.parse(stdout.trim().split('\n').at(-1)!);
  }

  it('spins between tokens as long as it was asked to', async () => {
    const [never, long] = [await look({ poll: 0 }), await look({ poll: 100 })];
    expect(long.idle).toBeGreaterThan(never.idle + 3);
  });

  it('has the threads of any process unless it is asked for others', async () => {
    const { policies, said } = await look({});
    expect(said).toBe('normal');
    expect(Object.keys(policies)).toEqual(['0']);
  });

  it('gives its driver and its helper the priority that was asked for', async () => {
    const { policies, said } = await look({ priority: 'low' });
    expect(said).toBe('low');
    // SCHED_BATCH is 3.
    expect(policies['3']).toBeGreaterThanOrEqual(2);
  });

  it('says what a priority takes that the kernel does not give', async () => {
    const without = ['setpriv', '--inh-caps=-sys_nice', '--bounding-set=-sys_nice'];
    const failure = await look({ priority: 'high' }, process.getuid?.() === 0 ? without : []).catch(
      (error: { stderr: string }) => error.stderr,
    );
    expect(failure).toContain('gives this process no threads of priority high');
  });
});
