import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../src/core/candidate.js';
import { parseCpuList } from '../../../src/core/cpu-list.js';
import { GEOMETRIES, type ModelFile } from '../../../src/core/model.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import type { LlamaAccess } from '../../../src/runners/llama-cpp/index.js';
import { canPlaceThreads } from '../../helpers/can-place-threads.js';
import { tempFolder } from '../../helpers/fake-model.js';

/** llama.cpp's threads in a process of their own, seen through /proc while they compute. */

const SCRIPT = `
import { readdirSync, readFileSync } from 'node:fs';
import { createLlamaCppEngine } from ${JSON.stringify(new URL('../../../dist/runners/llama-cpp/index.js', import.meta.url).href)};
const request = JSON.parse(process.argv[2]);
const session = await createLlamaCppEngine(request.cache, request.access).load(request);
const cpusOf = (id) => {
  try {
    return /^Cpus_allowed_list:\\s*(\\S+)/m.exec(readFileSync('/proc/self/task/' + id + '/status', 'utf8'))[1];
  } catch {
    return null; // It ended between the two reads.
  }
};
const sequence = session.openSequence();
// libuv's pool starts its threads at the first work.
await sequence.prefill([10, 11, 12]);
const before = new Set(readdirSync('/proc/self/task'));
const seen = {};
const last = {};
const look = () => {
  for (const id of readdirSync('/proc/self/task')) {
    if (before.has(id)) continue;
    // A thread has its creator's CPUs for the moment before glibc gives it its own.
    const cpus = cpusOf(id);
    if (last[id] === cpus) seen[cpus] = true;
    last[id] = cpus;
  }
};
const looking = setInterval(look, 1);
for (let i = 0; i < 4; i++) await sequence.prefill(Array.from({ length: 200 }, (_, n) => n + 10));
clearInterval(looking);
const old = {};
for (const id of before) old[cpusOf(id)] = (old[cpusOf(id)] ?? 0) + 1;
console.log(JSON.stringify({ helpers: Object.keys(seen).filter((cpus) => cpus !== 'null'), old, said: session.describe().threadCpus }));
process.exit(0);
`;

type Seen = { helpers: string[]; old: Record<string, number>; said?: { first: string; others: string } };

describe.skipIf(!canPlaceThreads)('threads of llama.cpp', () => {
  let model: ModelFile;
  beforeAll(async () => {
    const path = join(tempFolder('place-threads'), 'tiny.gguf');
    model = await synthesizeGguf({ geometry: GEOMETRIES.tiny, quant: 'q4_0', seed: 1, path });
  });

  const script = join(tempFolder('place-threads'), 'look.mjs');
  writeFileSync(script, SCRIPT);

  async function look(access: LlamaAccess, threadPlacement: 'apart' | null, wrap: string[] = []): Promise<Seen> {
    const candidate = { ...baseCandidate('llama-cpp', 'q4_0', 2), ...(threadPlacement ? { threadPlacement } : {}) };
    const request = { access, cache: tempFolder('engine'), model, candidate, contextTokens: 1024, sequences: 1 };
    const [file, ...args] = [...wrap, process.execPath, script, JSON.stringify(request)];
    const { stdout } = await promisify(execFile)(file!, args, { timeout: 55_000 });
    return JSON.parse(stdout.trim().split('\n').at(-1)!);
  }

  it('are where they were placed while they compute: driver and event loop alone on the first CPU', async () => {
    const { helpers, old, said } = await look('binding', 'apart');
    expect(helpers).toEqual([said!.others]);
    expect(parseCpuList(said!.others)).not.toContain(Number(said!.first));
    // The event loop and libuv's four workers.
    expect(old[said!.first]).toBe(5);
  });

  it('are left alone unless that is asked', async () => {
    const { helpers, old, said } = await look('binding', null);
    expect(said).toBeUndefined();
    expect(helpers).toHaveLength(1);
    expect(Object.keys(old)).toEqual(helpers);
  });

  it('of a lasting pool are bound to a CPU each', async () => {
    const { helpers, old, said } = await look('c-api', 'apart');
    expect(helpers).toEqual([]);
    expect(old[said!.others]).toBe(1);
    expect(old[said!.first]).toBe(1);
  });

  it('of a lasting pool are the same ones for every evaluation', async () => {
    const { helpers, old, said } = await look('c-api', null);
    expect(said).toBeUndefined();
    expect(helpers).toEqual([]);
    expect(Object.keys(old)).toHaveLength(1);
  });

  it.each(['c-api', 'binding'] as const)('cannot be placed on one CPU, and say so: %s', async (access) => {
    const failure = await look(access, 'apart', ['taskset', '-c', '0']).catch(
      (error: { stderr: string }) => error.stderr,
    );
    expect(failure).toContain('this process may use one CPU only');
  });
});
