import { describe, expect, it } from 'vitest';
import { choose } from '../../../../src/sweeps/search/choose.js';
import type { RaceRecord } from '../../../../src/sweeps/search/race.js';
import type { DesignPoint, DesignSpace, TrialResult } from '../../../../src/sweeps/search/search-space.js';

type Runner = {
  id: string;
  value: number;
  point?: Partial<DesignPoint>;
  extra?: Partial<TrialResult>;
  out?: 'slower' | 'failed' | 'not-eligible';
};

const BLOCKS = 6;
const DEFAULT: Runner = {
  id: 'default',
  value: 8,
  point: { levels: { backend: 'llama-cpp', threads: 4, knob: 'off' } },
};

/** A race of the runners with ±0.3 % between blocks, best first. */
function decide(...runners: Runner[]) {
  const all = [...runners, DEFAULT];
  const result = (r: Runner, block: number): TrialResult => ({
    phase: 'race',
    block,
    id: r.id,
    value: r.value * (1 + 0.003 * ((block * 7 + r.id.length) % 3)),
    ...r.extra,
  });
  const race: RaceRecord = {
    runs: new Map(all.map((r) => [r.id, Array.from({ length: BLOCKS }, (_, b) => result(r, b))])),
    survivors: all.filter((r) => !r.out && r !== DEFAULT).map((r) => r.id),
    eliminated: all.flatMap((r) =>
      r.out || r === DEFAULT ? [{ id: r.id, block: 3, because: r.out ?? 'slower' }] : [],
    ),
    blocks: BLOCKS,
    stoppedBy: 'blocks',
  };
  const space: DesignSpace = {
    axes: [
      { name: 'backend', kind: 'nominal' },
      { name: 'threads', kind: 'numeric' },
      { name: 'knob', kind: 'nominal' },
      { name: 'bits', kind: 'covariate' },
    ],
    points: all.map((r) => ({ levels: DEFAULT.point!.levels!, ...r.point, id: r.id })),
    defaultId: 'default',
  };
  return choose(space, race);
}

const knobs = (levels: Record<string, string | number>): { point: Partial<DesignPoint> } => ({
  point: { levels: { ...DEFAULT.point!.levels, ...levels } },
});

describe('choose', () => {
  it('takes the fastest when nothing ties with it', () => {
    expect(decide({ id: 'a', value: 10 }, { id: 'b', value: 9 })).toMatchObject({
      winnerId: 'a',
      leaderId: 'a',
      decidedBy: null,
    });
  });

  it('gives the deficits of all with their bounds, fastest first', () => {
    const choice = decide({ id: 'a', value: 10 }, { id: 'b', value: 9.9 }, { id: 'c', value: 9 })!;
    expect(choice.standings.map((s) => s.id)).toEqual(['a', 'b', 'c', 'default']);
    expect(choice.standings[2]!.deficit).toBeCloseTo(0.1, 2);
    expect(choice.standings[2]!.deficitAtLeast).toBeLessThan(choice.standings[2]!.deficit);
    expect(choice.standings[2]!.deficitAtMost).toBeGreaterThan(choice.standings[2]!.deficit);
  });

  const fast: Runner = { id: 'fast', value: 10, ...knobs({ backend: 'onnx', threads: 6, knob: 'on' }) };
  const near = (more: Partial<Runner>): Runner => ({
    id: 'near',
    value: 9.99,
    ...knobs({ backend: 'onnx', threads: 8, knob: 'on' }),
    ...more,
  });

  it.each([
    ['quality', near({ point: { ...knobs({ backend: 'onnx', threads: 8, knob: 'on' }).point, qualityTier: 2 } }), fast],
    ['cpu', near({ extra: { cpuSecondsPerToken: 0.2 } }), { ...fast, extra: { cpuSecondsPerToken: 0.4 } }],
    ['memory', near({ extra: { peakRssBytes: 1e9 } }), { ...fast, extra: { peakRssBytes: 2e9 } }],
    ['fewer-knobs', near(knobs({ backend: 'onnx', threads: 8 })), fast],
    [
      'default-backend',
      near(knobs({ threads: 8, knob: 'on', backend: 'llama-cpp' })),
      { ...fast, ...knobs({ backend: 'onnx', knob: 'on' }) },
    ],
    ['stable-id', near({ id: 'a' }), fast],
  ] satisfies [string, Runner, Runner][])('breaks a tie by %s', (decidedBy, winner, other) => {
    expect(decide(other, winner)).toMatchObject({ winnerId: winner.id, leaderId: 'fast', decidedBy });
  });

  it('asks the tie-breaks in their order', () => {
    const better = near({ point: { levels: fast.point!.levels!, qualityTier: 1 }, extra: { cpuSecondsPerToken: 9 } });
    expect(decide({ ...fast, extra: { cpuSecondsPerToken: 1 } }, better)).toMatchObject({
      winnerId: 'near',
      decidedBy: 'quality',
    });
  });

  it('takes CPU times that differ by less than 5 % for the same', () => {
    const cheaper = near({ id: 'zz', extra: { cpuSecondsPerToken: 0.39 } });
    expect(decide({ ...fast, extra: { cpuSecondsPerToken: 0.4 } }, cheaper)).toMatchObject({
      winnerId: 'fast',
      decidedBy: 'stable-id',
    });
  });

  it('does not decide by a sensor that one of them lacks', () => {
    const winner = near({ id: 'zz', extra: { cpuSecondsPerToken: 0.1 } });
    expect(decide(fast, winner)!.decidedBy).toBe('stable-id');
  });

  it('does not give way to a point that is only not told apart', () => {
    const noisy: Runner = { ...near({ id: 'a' }), value: 9.85 };
    const choice = decide(fast, noisy)!;
    expect(choice).toMatchObject({ winnerId: 'fast', decidedBy: null });
  });

  it('never takes what failed or broke a constraint, however fast', () => {
    const choice = decide(
      { id: 'ok', value: 9 },
      { id: 'leaky', value: 20, out: 'not-eligible' },
      { id: 'dead', value: 30, out: 'failed' },
    );
    expect(choice!.winnerId).toBe('ok');
    expect(choice!.standings.map((s) => s.id)).toEqual(['ok', 'default']);
  });

  it('is null when nothing is left', () => {
    expect(decide()).toBeNull();
  });
});
