import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { NO_BINDING } from '../../src/core/candidate.js';
import type { Machine } from '../../src/core/machine.js';
import { liveHost, probeMachine } from '../../src/probes/index.js';
import { findHierarchy } from '../../src/probes/limits/cgroup.js';
import { engineDefaultThreads, threadLevels } from '../../src/sweeps/space/thread-ladder.js';

/** Real limits, made here: the built probe runs under them and must see them. */

const dist = pathToFileURL(fileURLToPath(new URL('../../dist/probes/index.js', import.meta.url))).href;
const PROGRAM = `const p = await import(${JSON.stringify(dist)}); console.log(JSON.stringify(await p.probeMachine(p.liveHost())));`;
const NODE = [process.execPath, '--input-type=module', '-e', PROGRAM];

function probedUnder(prefix: string[]): Machine {
  const [command, ...args] = [...prefix, ...NODE];
  return JSON.parse(execFileSync(command!, args, { encoding: 'utf8', maxBuffer: 2 ** 26 })) as Machine;
}

/** No thread count of the default plan may exceed what the limits leave. */
function expectNoOversubscription(machine: Machine): void {
  const { threadBudget, threadCeiling } = machine.limits;
  expect(threadBudget).toBeGreaterThanOrEqual(1);
  expect(threadBudget).toBeLessThanOrEqual(threadCeiling);
  expect(Math.max(...threadLevels([NO_BINDING], [1], machine))).toBeLessThanOrEqual(threadCeiling);
}

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmdirSync(folder);
});

/** A new group below our own for one controller, or undefined, said loudly, where this machine does not let one be made. */
function newGroup(controller: 'cpu' | 'memory', files: Record<1 | 2, Record<string, string>>): string | undefined {
  const hierarchy = findHierarchy(liveHost(), controller);
  const folder = `${hierarchy?.levels[0]}/r1-tune-test-${process.pid}-${made.length}`;
  try {
    mkdirSync(folder);
    made.push(folder);
    for (const [name, text] of Object.entries(files[hierarchy!.version])) writeFileSync(`${folder}/${name}`, text);
    return folder;
  } catch (error) {
    console.warn(`SKIPPED: no ${controller} cgroup can be made here (${(error as Error).message}).`);
    return undefined;
  }
}

const inside = (group: string): string[] => ['sh', '-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', group];
const quota = (percent: number) =>
  newGroup('cpu', {
    1: { 'cpu.cfs_period_us': '100000', 'cpu.cfs_quota_us': `${percent * 1000}` },
    2: { 'cpu.max': `${percent * 1000} 100000` },
  });

const own = await probeMachine(liveHost());
const hasTaskset = own.tools.some((tool) => tool.name === 'taskset');
if (!hasTaskset) console.warn('SKIPPED: no taskset, so no real affinity is tried.');

describe('real limits', () => {
  it.skipIf(!hasTaskset)('a CPU affinity', () => {
    const cpu = own.topology.allowed.cpus.at(-1)!;
    const machine = probedUnder(['taskset', '-c', String(cpu)]);
    expect(machine.topology.allowed.cpus).toEqual([cpu]);
    expect(machine.topology.machine).toEqual(own.topology.machine);
    expect(machine.limits).toMatchObject({ threadBudget: 1, threadCeiling: 1 });
    expectNoOversubscription(machine);
  });

  it.each([50, 150, 1000])('a CPU quota of %i %', (percent) => {
    const group = quota(percent);
    if (group === undefined) return;
    const machine = probedUnder(inside(group));
    const quotaCpus = Math.min(percent / 100, own.limits.quotaCpus ?? Number.POSITIVE_INFINITY);
    expect(machine.limits.quotaCpus).toBeCloseTo(quotaCpus, 9);
    expect(machine.limits.threadCeiling).toBe(
      Math.min(own.topology.allowed.cpus.length, Math.max(1, Math.floor(quotaCpus))),
    );
    expectNoOversubscription(machine);
  });

  it('a quota at the parent, looser for the child', () => {
    const parent = quota(100);
    if (parent === undefined) return;
    const child = `${parent}/child`;
    mkdirSync(child);
    try {
      const machine = probedUnder(inside(child));
      expect(machine.limits.quotaCpus).toBe(1);
      expect(machine.limits.inputs.find((input) => input.name === 'CPU quota')?.source).toContain('r1-tune-test');
      expectNoOversubscription(machine);
    } finally {
      rmdirSync(child);
    }
  });

  it('the budget is not throttled where an engine default would be', () => {
    const group = quota(150);
    if (group === undefined) return;
    const machine = probedUnder(inside(group));
    const throttled = () => Number(/^nr_throttled (\d+)/m.exec(readFileSync(`${group}/cpu.stat`, 'utf8'))?.[1]);
    const spin = (threads: number) => {
      const source = `const { Worker } = require('worker_threads'); for (let i = 0; i < ${threads}; i++) new Worker('const end = Date.now() + 1200; while (Date.now() < end);', { eval: true });`;
      const before = throttled();
      spawnSync('sh', [...inside(group).slice(1), process.execPath, '-e', source]);
      return throttled() - before;
    };
    expect(spin(machine.limits.threadBudget)).toBeLessThanOrEqual(2);
    expect(engineDefaultThreads(machine)).toBeGreaterThanOrEqual(machine.limits.threadBudget);
  });

  it('a memory limit', () => {
    const bytes = 512 * 1024 ** 2;
    const group = newGroup('memory', { 1: { 'memory.limit_in_bytes': `${bytes}` }, 2: { 'memory.max': `${bytes}` } });
    if (group === undefined) return;
    const machine = probedUnder(inside(group));
    expect(machine.memory.limitBytes.value).toBe(bytes);
    expect(machine.memory.usableBytes.value).toBeLessThan(bytes);
    expect(machine.memory.totalBytes.value).toBe(own.memory.totalBytes.value);
  });
});
