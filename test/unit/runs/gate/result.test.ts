import { describe, expect, it } from 'vitest';
import { GATE_METRICS, gateValues, parseGateMetrics } from '../../../../src/runs/gate/metrics.js';
import { type GateResult, gateExit } from '../../../../src/runs/gate/result.js';
import { sampleMetrics } from '../../../helpers/sample-trial.js';

describe('gateExit', () => {
  it.each<[GateResult['verdict'], boolean, number, number, number]>([
    ['PASS', true, 0, 0, 0],
    ['FAIL', true, 1, 1, 1],
    ['FAIL', false, 0, 0, 0],
    ['INVALID', true, 3, 3, 4],
    ['INCONCLUSIVE', true, 0, 4, 4],
    ['INCONCLUSIVE', false, 0, 4, 4],
    ['PASS', false, 0, 0, 0],
  ])('%s, blocking %s: %d, %d with --strict, %d with --require-verdict', (verdict, isBlocking, ...exits) => {
    const result = { verdict, isBlocking } as GateResult;
    const exit = (strict: boolean, requireVerdict: boolean): number => gateExit(result, { strict, requireVerdict });
    expect([exit(false, false), exit(true, false), exit(false, true)]).toEqual(exits);
  });
});

describe('metrics of the gate', () => {
  it('are read from the numbers of a trial', () => {
    const metrics = sampleMetrics({ decodeMedianChunkRate: 19, loadMs: 7, peakRssBytes: null });
    expect(gateValues(metrics, Object.keys(GATE_METRICS))).toEqual({
      ...{ decode: 19, prefill: 100, ttft: 5120, itl: 50, load: 7, rss: null },
    });
    expect(gateValues(null, ['decode', 'rss'])).toEqual({ decode: null, rss: null });
  });

  it('know which way is better', () =>
    expect(parseGateMetrics('decode, ttft,rss')).toEqual([
      { name: 'decode', better: 'higher' },
      { name: 'ttft', better: 'lower' },
      { name: 'rss', better: 'lower' },
    ]));

  it.each(['', 'speed', 'decode,', 'constructor', 'Decode'])('refuse "%s"', (text) =>
    expect(() => parseGateMetrics(text)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('expected one or more of decode') }),
    ),
  );

  it('refuse the same one twice: it would halve the level of each for nothing', () =>
    expect(() => parseGateMetrics('decode,decode')).toThrow(/--metric: "decode" is named twice/));
});
