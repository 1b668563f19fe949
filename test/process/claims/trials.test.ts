import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { liveHost } from '../../../dist/probes/host/live.js';
import { probeMachine } from '../../../dist/probes/index.js';
import { childEnvironment, runTrial } from '../../../dist/runners/launch.js';
import { systemClock } from '../../../dist/runs/clock.js';
import { startCompetitors } from '../../../dist/runs/experiment/conditions/competitor.js';
import { findGroupPlace } from '../../../dist/runs/experiment/conditions/cpu-group.js';
import { underConditions } from '../../../dist/runs/experiment/conditions/under-conditions.js';
import { createMeasure } from '../../../dist/runs/experiment/measure.js';
import { contextOf } from '../../../src/claims/arms.js';
import { baseCandidate } from '../../../src/core/candidate.js';
import { CALM, type Conditions } from '../../../src/core/claims.js';
import type { Arm } from '../../../src/core/experiment.js';
import type { Measurement } from '../../../src/core/outcome.js';
import type { RequestSeries, Workload } from '../../../src/core/workload.js';
import { fakeModel } from '../../helpers/fake-model.js';

/** Real processes under real conditions; only the engine inside is scripted. */

const env = process.env as Record<string, string>;
const host = liveHost(env);
const groupPlace = findGroupPlace(host);
const isLinux = process.platform === 'linux';

const SERIES: RequestSeries = {
  requests: 3,
  promptTokens: { least: 4, most: 8 },
  generateTokens: { least: 2, most: 6 },
  sharedPrefixTokens: 0,
  reusesPrefix: false,
};
const WORKLOAD: Workload = {
  promptTokens: 8,
  generateTokens: 8,
  contextDepth: 0,
  warmUpPromptTokens: 0,
  warmUpGenerateTokens: 0,
  seed: 1,
};

function armOf(changes: Partial<Omit<Arm, 'conditions'>> & { conditions?: Partial<Conditions> } = {}): Arm {
  const workload = changes.workload ?? WORKLOAD;
  return {
    name: '0/arm',
    model: fakeModel({ cost: { decodeMs: 1, prefillMsPerToken: 0.2 } }),
    candidate: baseCandidate('fake', 'q4_0', 1),
    workload,
    fidelity: 'short',
    contextTokens: contextOf(workload),
    ...changes,
    conditions: { ...CALM, ...changes.conditions },
  };
}

async function measure(arm: Arm, own: Record<string, string> = env): Promise<Measurement> {
  const machine = await probeMachine(host, { clock: systemClock });
  const { signal } = new AbortController();
  const run = createMeasure({ machine, expectedMs: () => 30_000 }, { host: liveHost(own), clock: systemClock, signal });
  return run({ arm, phase: 'claim', block: 0, position: 0, isLast: true });
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** CPU time of a process in clock ticks: user and system. */
function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

describe('a series of requests', () => {
  it('runs on every sequence at once, before the measured region', async () => {
    const candidate = { ...baseCandidate('fake', 'q4_0', 1), sequences: 2 };
    const result = await measure(armOf({ candidate, workload: { ...WORKLOAD, series: SERIES } }));
    const series = result.samples!.series!;
    expect(series.map((s) => `${s.stream}/${s.request}`).sort()).toEqual(['0/0', '0/1', '0/2', '1/0', '1/1', '1/2']);
    for (const { promptTokens, decodeMs, ttftMs, rssBytes } of series) {
      expect(promptTokens).toBeGreaterThanOrEqual(4);
      expect(promptTokens).toBeLessThanOrEqual(8);
      expect(decodeMs.length).toBeGreaterThanOrEqual(2);
      expect(ttftMs).toBeGreaterThan(0);
      expect(rssBytes).toBeGreaterThan(10e6);
    }
    expect(result.samples!.decodeMs).toHaveLength(8);
  });

  it('asks the same in every process, and evaluates a shared prefix once when it is kept', async () => {
    const series = { ...SERIES, sharedPrefixTokens: 40 };
    const prompts = async (reusesPrefix: boolean): Promise<number[]> => {
      const workload = { ...WORKLOAD, series: { ...series, reusesPrefix } };
      return (await measure(armOf({ workload }))).samples!.series!.map((s) => s.promptTokens);
    };
    const [kept, again] = [await prompts(true), await prompts(false)];
    expect(kept[0]).toBe(again[0]);
    expect(kept.slice(1)).toEqual(again.slice(1).map((tokens) => tokens - 40));
  });

  it('is absent where the workload has none', async () => {
    expect((await measure(armOf())).samples!.series).toBeUndefined();
  });
});

describe('workers of one trial', () => {
  it('begin together and are added up', async () => {
    const candidate = { ...baseCandidate('fake', 'q4_0', 1), replicas: 2 };
    const result = await measure(armOf({ candidate, workload: { ...WORKLOAD, series: SERIES } }));
    expect(result.status).toBe('measured');
    expect(result.samples!.series!.map((s) => s.stream).sort()).toEqual([0, 0, 0, 1, 1, 1]);
    const alone = await measure(armOf());
    if (!isLinux) return;
    // What both map, such as Node itself, counts once: as for the replicas of a sweep.
    expect(result.resources!.sharedBytes!).toBeGreaterThan(10e6);
    expect(result.metrics!.peakRssBytes!).toBeGreaterThan(1.1 * alone.metrics!.peakRssBytes!);
    expect(result.metrics!.peakRssBytes!).toBeLessThan(1.9 * alone.metrics!.peakRssBytes!);
  });

  it('end as one failed trial when one of them fails, and none is left waiting', async () => {
    const model = fakeModel({ faults: [{ kind: 'crash', at: 'load', marker: 'once' }] });
    const candidate = { ...baseCandidate('fake', 'q4_0', 1), replicas: 2 };
    const result = await measure(armOf({ candidate, model }));
    expect(result.status).toBe('crashed');
  });
});

describe('before measuring', () => {
  const request = () => ({
    candidate: baseCandidate('fake', 'q4_0', 1),
    model: fakeModel({}),
    workload: WORKLOAD,
    contextTokens: 256,
    slowdown: 0,
  });

  it('the engine is loaded and waits', async () => {
    let waitedMs = 0;
    const result = await runTrial(request(), {
      env,
      deadlineMs: 20_000,
      beforeMeasuring: async ({ pid }) => {
        const start = performance.now();
        await sleep(300);
        waitedMs = performance.now() - start;
        expect(isAlive(pid)).toBe(true);
      },
    });
    expect(result.status).toBe('measured');
    expect(waitedMs).toBeGreaterThanOrEqual(299);
  });

  it('a place that cannot be prepared is the reason why there is no trial', async () => {
    const beforeMeasuring = () => Promise.reject(new Error('no such group'));
    const result = await runTrial(request(), { env, deadlineMs: 20_000, beforeMeasuring });
    expect(result.status).toBe('failed');
    expect(result.reason).toMatch(/no such group/);
  });
});

describe.runIf(isLinux)('conditions', () => {
  it('the variables of an arm hold, and the like of the shell do not', () => {
    const shell = {
      PATH: '/bin',
      OMP_NUM_THREADS: '7',
      OMP_WAIT_POLICY: 'active',
      KMP_AFFINITY: 'compact',
      GOMP_X: '1',
    };
    expect(childEnvironment(shell, { OMP_NUM_THREADS: '1' })).toEqual({
      PATH: '/bin',
      OMP_NUM_THREADS: '1',
    });
  });

  it('competitors keep CPUs busy and end with the trial', async () => {
    const competitors = await startCompetitors(1);
    const before = ticks(competitors.pids[0]!);
    await sleep(500);
    expect(ticks(competitors.pids[0]!)).toBeGreaterThan(before);
    await competitors.stop();
    expect(competitors.pids.some(isAlive)).toBe(false);
  });

  it('end with the trial even when it throws', async () => {
    let pids: number[] = [];
    const children = () =>
      readdirSync(`/proc/self/task`)
        .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').trim().split(' ').map(Number))
        .filter(Boolean);
    const known = new Set(children());
    await expect(
      underConditions(
        { ...CALM, competitors: 2 },
        fakeModel({}),
        () => groupPlace,
        async (prepare) => {
          await prepare!(process.pid);
          pids = children().filter((pid) => !known.has(pid));
          throw new Error('stopped');
        },
      ),
    ).rejects.toThrow('stopped');
    expect(pids).toHaveLength(2);
    expect(pids.some(isAlive)).toBe(false);
  });

  it('a CPU group throttles what is in it, and is removed', async (context) => {
    if (typeof groupPlace === 'string') {
      console.warn(`SKIPPED: ${groupPlace}`);
      return context.skip();
    }
    const group = { quotaCpus: 0.2, shares: 1024, competitorShares: 1024 };
    const result = await underConditions(
      { ...CALM, group },
      fakeModel({}),
      () => groupPlace,
      (prepare) =>
        runTrial(
          {
            candidate: baseCandidate('fake', 'q4_0', 1),
            model: fakeModel({ cost: { decodeMs: 0, prefillMsPerToken: 0 } }),
            workload: { ...WORKLOAD, promptTokens: 64, generateTokens: 80 },
            contextTokens: 256,
            // Spins for as long again: CPU time that the quota does not grant.
            slowdown: 10,
          },
          { env, deadlineMs: 30_000, beforeMeasuring: ({ pid }) => prepare!(pid) },
        ),
    );
    expect(result.status).toBe('measured');
    expect(result.resources!.throttledPeriods).toBeGreaterThan(0);
    expect(result.flags).toContain('quota-throttled');
    const own = readdirSync(groupPlace.folder).filter((name) => name.startsWith(`r1-tune-${process.pid}-`));
    expect(own).toEqual([]);
  });

  it('a cold page cache leaves the model file whole', async () => {
    const arm = armOf({ conditions: { pageCache: 'cold' } });
    expect((await measure(arm)).status).toBe('measured');
    expect(existsSync(arm.model.path)).toBe(true);
  });
});
