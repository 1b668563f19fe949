import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openOutcomeLog, readOutcomes } from '../../../src/store/outcome-log.js';
import { tempFolder } from '../../helpers/fake-model.js';
import { sampleOutcome } from '../../helpers/sample-trial.js';

const newPath = (): string => join(tempFolder('log'), 'outcomes.jsonl');
const trials = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => sampleOutcome({ trial: from + i, block: from + i }));

function filled(count: number): string {
  const path = newPath();
  const log = openOutcomeLog(path);
  for (const outcome of trials(0, count)) log.append(outcome);
  log.close();
  return path;
}

describe('the log of a run', () => {
  it('gives back what was appended, one line a trial', () => {
    const path = filled(3);
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(4);
    const log = openOutcomeLog(path);
    expect(log.outcomes).toEqual(trials(0, 3));
    log.append(sampleOutcome({ trial: 3, block: 3 }));
    log.close();
    expect(readOutcomes(path).outcomes).toEqual(trials(0, 4));
  });

  it('is on disk when append returns: another reader sees it', () => {
    const path = newPath();
    const log = openOutcomeLog(path);
    log.append(sampleOutcome());
    expect(readOutcomes(path).outcomes).toHaveLength(1);
    expect(log.outcomes).toHaveLength(1);
    log.close();
  });

  it('of no run is empty, and reading makes no file', () => {
    const path = newPath();
    expect(readOutcomes(path)).toEqual({ outcomes: [], wholeBytes: 0 });
    expect(existsSync(path)).toBe(false);
  });

  it('refuses what is no trial, and stores nothing of it', () => {
    const path = newPath();
    const log = openOutcomeLog(path);
    expect(() => log.append({ ...sampleOutcome(), trial: -1 })).toThrow();
    expect(() => log.append(sampleOutcome({ wallMs: Number.NaN }))).toThrow();
    log.close();
    expect(readFileSync(path, 'utf8')).toBe('');
    expect(log.outcomes).toHaveLength(0);
  });
});

describe('a log that was cut', () => {
  it('loses at most the last line, wherever the power went', () => {
    const whole = readFileSync(filled(3));
    const ends = [...whole.keys()].filter((i) => whole[i] === 0x0a);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), (length) => {
        const path = newPath();
        writeFileSync(path, whole.subarray(0, length));
        const survived = ends.filter((end) => end < length).length;
        const log = openOutcomeLog(path);
        expect(log.outcomes).toEqual(trials(0, survived));
        log.append(sampleOutcome({ trial: survived, block: survived }));
        log.close();
        expect(readOutcomes(path).outcomes).toEqual(trials(0, survived + 1));
      }),
      { numRuns: 60 },
    );
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ['a line that is no JSON', (path) => appendFileSync(path, 'x\n'), /line 3: not a trial/],
    ['an empty line', (path) => appendFileSync(path, '\n'), /line 3/],
    ['a trial of another version', (path) => appendFileSync(path, '{"schemaVersion":99}\n'), /line 3/],
    [
      'a bit that fell over in the first line',
      (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"trial":0', '"trial":"0')),
      /line 1/,
    ],
    [
      'NUL bytes that a file system left',
      (path) => appendFileSync(path, Buffer.concat([Buffer.alloc(20), Buffer.from('\n')])),
      /line 3/,
    ],
  ])('with %s is damaged, not cut: an error that names the line', (_name, damage, text) => {
    const path = filled(2);
    damage(path);
    const before = readFileSync(path);
    const error = expect.objectContaining({ code: 'RUN_INVALID', message: expect.stringMatching(text) });
    expect(() => openOutcomeLog(path)).toThrow(error);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('that is a folder cannot be read', () => {
    const path = newPath();
    mkdirSync(path);
    expect(() => readOutcomes(path)).toThrow(expect.objectContaining({ code: 'RUN_INVALID' }));
  });
});
