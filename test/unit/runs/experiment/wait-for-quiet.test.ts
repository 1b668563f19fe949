import { describe, expect, it } from 'vitest';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import type { RunEvent } from '../../../../src/runs/events.js';
import { disturbanceText, waitForQuiet } from '../../../../src/runs/experiment/wait-for-quiet.js';

const pressure = (avg10: number): string =>
  `some avg10=${avg10.toFixed(2)} avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0`;

/** A machine of two CPUs whose neighbours do in each second what `plan` says: busy and stolen ticks of 200, and pressure. */
function machine(plan: (second: number) => { busy: number; steal: number; pressure?: number }) {
  let second = 0;
  const ticks = { user: 0, idle: 0, steal: 0 };
  const events: RunEvent[] = [];
  const read = (path: string): string | undefined => {
    if (path === '/proc/stat') return `cpu  ${ticks.user} 0 0 ${ticks.idle} 0 0 0 ${ticks.steal} 0 0`;
    const some = plan(second).pressure;
    return path === '/proc/pressure/cpu' && some !== undefined ? pressure(some) : undefined;
  };
  const context = {
    host: { ...memoryHost({ arch: 'x64', files: {} }), read },
    clock: {
      now: () => 0,
      monotonicMs: () => second * 1000,
      sleep: async () => {
        second++;
        const { busy, steal } = plan(second);
        ticks.user += busy;
        ticks.steal += steal;
        ticks.idle += 200 - busy - steal;
      },
    },
    emit: (event: RunEvent) => void events.push(event),
    signal: new AbortController().signal,
  };
  return { context, events };
}

describe('waiting for a quiet machine', () => {
  it('takes one look at one that is quiet', async () => {
    const { context, events } = machine(() => ({ busy: 4, steal: 0, pressure: 2 }));
    expect(await waitForQuiet(context, 60_000)).toMatchObject({ waitedMs: 1000, isQuiet: true });
    expect(events).toEqual([]);
  });

  it.each([
    ['a busy neighbour', { busy: 100, steal: 0, pressure: 0 }, '50 % of the CPU time went to other work'],
    ['a hypervisor that takes time', { busy: 0, steal: 20, pressure: 0 }, '10 % of the CPU time was taken'],
    ['a queue for the CPUs', { busy: 0, steal: 0, pressure: 40 }, '40 % of the time something waited for a CPU'],
  ])('waits until %s is gone, and says what for', async (_name, loud, text) => {
    const { context, events } = machine((second) => (second <= 5 ? loud : { busy: 2, steal: 0, pressure: 3 }));
    expect(await waitForQuiet(context, 60_000)).toMatchObject({ waitedMs: 6000, isQuiet: true });
    expect(events.map((event) => event.type === 'step' && event.what)).toContainEqual(expect.stringContaining(text));
  });

  it('goes on after a minute, with what it saw', async () => {
    const { context } = machine(() => ({ busy: 100, steal: 0, pressure: 40 }));
    const preflight = await waitForQuiet(context, 60_000);
    expect(preflight).toMatchObject({ waitedMs: 60_000, isQuiet: false });
    expect(disturbanceText(preflight.seen)).toMatch(/40 % of the time.*50 % of the CPU time/);
  });

  it('has nothing to wait for where the machine does not say', async () => {
    const { context } = machine(() => ({ busy: 0, steal: 0 }));
    const host = { ...context.host, read: () => undefined };
    expect(await waitForQuiet({ ...context, host }, 60_000)).toMatchObject({ isQuiet: true, waitedMs: 1000 });
  });
});
