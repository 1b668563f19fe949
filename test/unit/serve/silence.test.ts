import { describe, expect, it } from 'vitest';
import { type Signs, Silence } from '../../../src/serve/supervisor/silence.js';
import type { Worker } from '../../../src/serve/supervisor/worker.js';

const TICK_MS = 250;
const LOAD_MS = 2000;
const QUIET: Signs = { cpuMs: 100, majorFaults: 0, starvedMs: 0 };

/** How long a worker looks silent after so many ms, given what its process does in a tick. */
function silenceAfter(
  ms: number,
  state: Worker['state'],
  change: (tick: number) => Partial<Signs>,
  lateMs = 0,
): number {
  const worker = { pid: 1, state, progressMs: 0, startMs: 0 } as Worker;
  let signs = QUIET;
  const silence = new Silence(() => signs, TICK_MS);
  let nowMs = 0;
  silence.tick([worker], LOAD_MS, nowMs);
  for (let tick = 1; nowMs < ms; tick++) {
    nowMs += TICK_MS + lateMs;
    signs = { ...signs, ...change(tick) };
    silence.tick([worker], LOAD_MS, nowMs);
  }
  return nowMs - worker.progressMs;
}

describe('silence of a worker', () => {
  it('is time on the clock when its process does nothing', () => {
    expect(silenceAfter(10_000, 'ready', () => ({}))).toBe(10_000);
    expect(silenceAfter(10_000, 'starting', () => ({}))).toBe(10_000);
  });

  it('leaves out the time in which it waited for a CPU', () => {
    const waits = (tick: number) => ({ starvedMs: tick * TICK_MS * 0.95 });
    expect(silenceAfter(60_000, 'ready', waits)).toBeLessThan(5000);
  });

  it('leaves out the time in which the server itself had none', () => {
    expect(silenceAfter(60_000, 'ready', () => ({}), 5000)).toBeLessThan(4000);
  });

  it('is none while it loads and works, but not for ever', () => {
    const works = (tick: number) => ({ cpuMs: tick * 10 });
    expect(silenceAfter(30_000, 'starting', works)).toBe(0);
    expect(silenceAfter(30_000, 'starting', (tick) => ({ majorFaults: tick }))).toBe(0);
    expect(silenceAfter(60_000, 'starting', works)).toBeGreaterThan(10_000);
  });

  it('counts when it computes without end where a step is due', () => {
    expect(silenceAfter(10_000, 'ready', (tick) => ({ cpuMs: tick * 250 }))).toBe(10_000);
  });
});
