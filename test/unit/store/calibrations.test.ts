import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../src/core/candidate.js';
import { readCalibration, writeCalibration } from '../../../src/store/calibrations.js';
import { summarizeCalibration } from '../../../src/sweeps/trials/calibration.js';
import { tempFolder } from '../../helpers/fake-model.js';
import { sampleMetrics, sampleOutcome, sampleSamples } from '../../helpers/sample-trial.js';

const candidate = baseCandidate('llama-cpp', 'q4_0', 4);
const trial = (block: number, position: number, rate: number) =>
  sampleOutcome({ candidate, block, position, metrics: sampleMetrics({ decodeMedianChunkRate: rate }) });

const calibration = summarizeCalibration({
  createdAt: '2026-03-01T08:05:00.000Z',
  fingerprint: 'abc',
  modelKey: 'c0ffee',
  pilots: [sampleOutcome({ samples: sampleSamples({ decodeMs: new Array<number>(96).fill(50) }) })],
  trials: [trial(0, 0, 20), trial(0, 1, 21), trial(1, 0, 20), trial(1, 1, 19)],
});
const KEY = { fingerprint: 'abc', modelKey: 'c0ffee', backend: 'llama-cpp' };

describe('calibrations', () => {
  it('are found by machine, model and engine, and by nothing less', () => {
    const folder = `${tempFolder('calibrations')}/new`;
    writeCalibration(folder, calibration);
    expect(readCalibration(folder, KEY)).toEqual(calibration);
    expect(readCalibration(folder, { ...KEY, fingerprint: 'other' })).toBeNull();
    expect(readCalibration(folder, { ...KEY, modelKey: 'other' })).toBeNull();
    expect(readCalibration(folder, { ...KEY, backend: 'onnx' })).toBeNull();
  });

  it('of the same machine, model and engine replace each other', () => {
    const folder = tempFolder('calibrations');
    const path = writeCalibration(folder, calibration);
    expect(writeCalibration(folder, { ...calibration, pairs: 9 })).toBe(path);
    expect(readCalibration(folder, KEY)!.pairs).toBe(9);
  });

  it.each(['', '{"schemaVersion":1', 'null', '{"schemaVersion":99}', '{"kind":"r1-tune/calibration"}'])(
    'that read %j are as good as none: they can be made again',
    (text) => {
      const folder = tempFolder('calibrations');
      writeFileSync(writeCalibration(folder, calibration), text);
      expect(readCalibration(folder, KEY)).toBeNull();
    },
  );
});
