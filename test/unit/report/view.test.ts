import { describe, expect, it } from 'vitest';
import { answerMs, mapInterval, speedOf } from '../../../src/core/answer-speed.js';
import { baseCandidate, candidateId } from '../../../src/core/candidate.js';
import type { Interval } from '../../../src/core/interval.js';
import type { RunResult } from '../../../src/core/run-result.js';
import { answerSection } from '../../../src/report/html/answer-section.js';
import { threadsSection } from '../../../src/report/html/finding-sections.js';
import { formatValue } from '../../../src/report/page/format.js';
import { answerOf } from '../../../src/report/view/answer.js';
import { bandwidthShare } from '../../../src/report/view/bandwidth-share.js';
import { comparisons } from '../../../src/report/view/comparisons.js';
import { contextCosts } from '../../../src/report/view/context-cost.js';
import { effects } from '../../../src/report/view/effects.js';
import { noiseStrip } from '../../../src/report/view/noise-strip.js';
import { quantile } from '../../../src/report/view/quantile.js';
import { threadCurves } from '../../../src/report/view/thread-curves.js';
import { buildView, runFolderOf } from '../../../src/report/view/view.js';
import { sampleRun } from '../../helpers/sample-run.js';

const run = sampleRun({ weights: 'trained' });
const answer = answerOf(run, 'results/x');

describe('the answer', () => {
  it('names the choice, what it changes, its equals without itself, and the command', () => {
    expect(answer.verdict).toBe('faster');
    expect(answer.chosen?.candidateId).toBe(run.choice?.candidateId);
    expect(answer.changes).toEqual(['threads=6', 'threadsBatch=8', 'binding=one-per-core']);
    expect(answer.equals.map((one) => one.configuration.candidateId)).toEqual(run.choice?.equals);
    expect(answer.serveCommand).toBe('r1-tune serve --profile results/x/best.json');
  });

  it('is none without a choice, or with one that nobody tried', () => {
    expect(answerOf({ ...run, choice: null }, 'x').verdict).toBe('none');
    expect(answerOf({ ...run, configurations: [] }, 'x')).toMatchObject({
      verdict: 'none',
      chosen: null,
      speedup: null,
    });
  });

  it('finds the run folder in the command that made it', () => {
    const at = (...command: string[]): string => runFolderOf({ ...run, plan: { ...run.plan, command } });
    expect(at('sweep')).toBe(`results/${run.id}`);
    expect(at('sweep', '--out', `/data/${run.id}`)).toBe(`/data/${run.id}`);
    expect(at('sweep', `--out=/data/${run.id}`)).toBe(`/data/${run.id}`);
    expect(at('sweep', '--out', '/elsewhere')).toBe(`results/${run.id}`);
  });
});

describe('comparisons', () => {
  it('take the published speed-up for the choice and the measured ratio for the rules of thumb', () => {
    const rows = comparisons(run, answer);
    expect(rows.map(({ id, state }) => `${id}: ${state}`)).toEqual([
      ...['chosen: measured', 'default: is-default', 'physical-cores: is-default', 'all-logical: measured'],
      'omp-variables: not-read',
    ]);
    expect(rows[0]!.ratio).toEqual(run.choice?.speedup?.ratio);
    const id = candidateId(baseCandidate('llama-cpp', 'q4_0', 16));
    expect(rows[3]!.ratio).toEqual(run.configurations.find((one) => one.candidateId === id)?.vsDefault);
  });

  it('say what failed and what was not measured', () => {
    const id = candidateId(baseCandidate('llama-cpp', 'q4_0', 16));
    const without: RunResult = { ...run, configurations: run.configurations.filter((one) => one.candidateId !== id) };
    expect(comparisons(without, answer)[3]!.state).toBe('not-measured');
    const failures = [{ status: 'crashed', reason: 'x', trials: 1 }];
    const failed = run.configurations.map((one) =>
      one.candidateId === id ? { ...one, objective: null, vsDefault: null, failures } : one,
    );
    expect(comparisons({ ...run, configurations: failed }, answer)[3]!.state).toBe('failed');
  });
});

describe('thread curves', () => {
  const { decode, prefill, rooflines } = threadCurves(run);
  const curve = decode.find(({ quant }) => quant === 'q4_0')!;

  it('have one point a thread count, from the plainest configuration', () => {
    expect(curve.points.map(({ threads }) => threads)).toEqual([1, 2, 3, 4, 6, 8, 10, 12, 16]);
    expect(curve.points.every(({ otherKnobs }) => otherKnobs.length === 0)).toBe(true);
  });

  it('hold the recommended configuration, on a curve of its own where its knobs are not the plain ones', () => {
    const id = run.choice!.candidateId;
    expect(curve.points.some(({ candidateId: one }) => one === id)).toBe(false);
    const own = decode.find(({ isRecommended }) => isRecommended)!;
    expect(own.points.map((point) => point.candidateId)).toContain(id);
    expect(new Set(own.points.map(({ otherKnobs }) => otherKnobs.join())).size).toBe(1);
    const kept = { ...run, choice: { ...run.choice!, candidateId: curve.points[0]!.candidateId } };
    expect(threadCurves(kept).decode.some(({ isRecommended }) => isRecommended)).toBe(false);
  });

  it('give the share of the bandwidth limit of the recommended configuration, and of the default beside it', () => {
    const view = buildView(run);
    const { chosen, reference } = view.answer;
    const limitOf = (threads: number) =>
      rooflines.find(({ quant }) => quant === 'q4_0')!.points.find((point) => point.threads === threads)!
        .tokensPerSecond;
    const text = threadsSection(view).source;
    for (const one of [chosen!, reference!]) {
      const rate = one.decodeTokensPerSecond!.estimate;
      const share = bandwidthShare(view, one)!.share.estimate;
      expect(share).toBeCloseTo(rate / limitOf(one.candidate.threads), 12);
      expect(text).toContain(formatValue('share', share).replace(' ', '\u00a0'));
    }
    expect(bandwidthShare(view, { ...chosen!, candidate: { ...chosen!.candidate, replicas: 2 } })).toBeNull();
  });

  it('put a prefill rate at the threads that prefilled', () => {
    const six = run.configurations.filter(({ candidate }) => candidate.quant === 'q4_0' && candidate.threads === 6);
    expect(six.some(({ candidate }) => candidate.threadsBatch === 8)).toBe(true);
    expect(
      prefill.find(({ quant }) => quant === 'q4_0')!.points.find(({ threads }) => threads === 8)!.otherKnobs,
    ).toEqual([]);
  });

  it('find the knee: fewest threads with 95 % of the best', () => {
    const best = Math.max(...curve.points.map(({ rate }) => rate.estimate));
    const knee = curve.points.find(({ threads }) => threads === curve.kneeThreads)!;
    expect(knee.rate.estimate).toBeGreaterThanOrEqual(0.95 * best);
    for (const point of curve.points)
      if (point.threads < knee.threads) expect(point.rate.estimate).toBeLessThan(0.95 * best);
  });

  it('lie below the bandwidth limit of their own file', () => {
    const roofline = rooflines.find(({ backend, quant }) => backend === 'llama-cpp' && quant === 'q4_0')!;
    const model = run.plan.models.find(({ quant }) => quant === 'q4_0')!;
    expect(roofline.points[0]!.tokensPerSecond).toBeCloseTo(
      run.machine.bandwidth!.points[0]!.medianBytesPerSecond / model.bytesPerToken,
    );
    expect(threadCurves({ ...run, machine: { ...run.machine, bandwidth: null } }).rooflines).toEqual([]);
  });
});

describe('effects', () => {
  it('are those of configurations one knob away from the default', () => {
    const found = effects(run);
    expect(found.map(({ axis, value, reference }) => `${axis} ${value} ${reference}`)).toEqual(
      expect.arrayContaining(['allocator jemalloc glibc', 'binding one-per-core none', 'kvType q8_0 f16']),
    );
    expect(found.some(({ axis }) => axis === 'threads' || axis === 'quant')).toBe(false);
  });

  it('are those the run computed, when it did', () => {
    const ratio: Interval = { estimate: 1.1, low: 1.05, high: 1.15, level: 0.95, n: 9 };
    const computed = [{ axis: 'binding', value: 'a', reference: 'b', ratio }];
    expect(effects({ ...run, effects: computed })).toEqual(computed);
  });
});

describe('costs', () => {
  it('a million tokens cost the hours they take', () => {
    const { costs } = buildView(run, { cost: { pricePerHour: 0.36, watts: 100 } });
    const { cost } = costs.find(({ configuration }) => configuration.candidateId === run.choice?.candidateId)!;
    const hours = 1e6 / cost.generatedTokensPerSecond.estimate / 3600;
    expect(cost.pricePerMillion!.estimate).toBeCloseTo(0.36 * hours, 10);
    expect(cost.kilowattHoursPerMillion!.estimate).toBeCloseTo(0.1 * hours, 10);
    expect(cost.pricePerMillion!.low!).toBeLessThan(cost.pricePerMillion!.estimate);
    expect(cost.pricePerMillion!.high!).toBeGreaterThan(cost.pricePerMillion!.estimate);
  });

  it('people see generated tokens over the time of the whole request, never prompt tokens', () => {
    const chosen = answer.chosen!;
    const seconds = answerMs(chosen, run.plan)!.estimate / 1000;
    expect(speedOf(chosen, run.plan)!.estimate).toBeCloseTo(1024 / seconds, 10);
    expect(speedOf(chosen, run.plan)!.estimate).toBeLessThan(chosen.decodeTokensPerSecond!.estimate);
    expect(answerSection(buildView(run)).source).not.toContain(
      formatValue('rate', chosen.objective!.estimate).split(' ')[0]!,
    );
    const decode = { ...run.plan, objective: 'decode' as const };
    expect(speedOf(chosen, decode)).toBe(chosen.objective);
    expect(answerMs(chosen, decode)).toBeNull();
  });

  it('count the prompt in: one request of 128 and 1024 tokens gives 1024', () => {
    const { costs, answer: view } = buildView(run);
    const { cost } = costs.find(({ configuration }) => configuration === view.chosen)!;
    expect(cost.generatedTokensPerSecond.estimate).toBeCloseTo((view.chosen!.objective!.estimate * 1024) / 1152, 10);
    expect(cost.pricePerMillion).toBeNull();
    expect(cost.kilowattHoursPerMillion).toBeNull();
    expect(cost.energySource).toBeNull();
  });

  it('prefer measured energy to given watts', () => {
    const configurations = run.configurations.map((one) => ({ ...one, energyJoulesPerToken: 3.6 }));
    const { costs } = buildView({ ...run, configurations }, { cost: { watts: 1000 } });
    expect(costs[0]!.cost).toMatchObject({ energySource: 'measured' });
    expect(costs[0]!.cost.kilowattHoursPerMillion!.estimate).toBeCloseTo(1, 10);
  });

  it("the article's table: a GPU of 15,000 and 500 a month against 0 and 50, over a year", () => {
    const cost = { currency: '¥', cpu: { purchase: 0, monthly: 50 }, gpu: { purchase: 15_000, monthly: 500 } };
    const { ownership } = buildView(run, { cost });
    expect(ownership).toMatchObject({ months: 12, cpu: { total: 600 }, gpu: { total: 21_000, pricePerMillion: null } });
    expect(ownership!.saved).toBeCloseTo(1 - 600 / 21_000, 10);
    expect(buildView(run, { cost: { cpu: cost.cpu } }).ownership).toBeNull();
  });
});

describe('small rules', () => {
  it('an interval turned upside down stays in order', () => {
    const interval: Interval = { estimate: 2, low: 1, high: 4, level: 0.95, n: 5 };
    expect(mapInterval(interval, (x) => 1 / x)).toMatchObject({ estimate: 0.5, low: 0.25, high: 1 });
    expect(mapInterval({ ...interval, low: null, high: null }, (x) => 1 / x)).toMatchObject({ low: null, high: null });
  });

  it('quantiles interpolate', () => {
    expect([0, 0.25, 0.5, 1].map(quantile([4, 1, 3, 2]))).toEqual([1, 1.75, 2.5, 4]);
    expect(quantile([])(0.5)).toBeNaN();
  });

  it('the KV cache halves with its element, and the speed left is what bandwidth leaves', () => {
    const costs = contextCosts(run, run.plan.defaultCandidate);
    const at = (kvType: string) =>
      costs.find((one) => one.kvType === kvType)!.points.find(({ tokens }) => tokens === 8192)!;
    const model = run.plan.models.find(({ quant }) => quant === 'q4_0')!;
    expect(at('f16').kvBytes).toBe(model.kvBytesPerToken * 8192);
    expect(at('q8_0').kvBytes).toBeCloseTo(at('f16').kvBytes * 0.53125);
    expect(at('f16').speedShare).toBeCloseTo(model.bytesPerToken / (model.bytesPerToken + at('f16').kvBytes));
  });

  it('a long run keeps its most disturbed trials in the noise strip', () => {
    const long = sampleRun({ trials: 4000 });
    const strip = noiseStrip(long);
    expect(strip.points.length).toBeLessThanOrEqual(800);
    expect(strip.trialsPerPoint).toBeGreaterThan(1);
    expect(strip.points.some(({ voided }) => voided)).toBe(true);
  });
});
