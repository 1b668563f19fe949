import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GateHistoryEntry } from '../../../src/core/gate-history.js';
import { addToGateHistory, readGateHistory } from '../../../src/store/gate-history.js';
import { tempFolder } from '../../helpers/fake-model.js';

const entry = (day: number, decode = 20, key = 'k'): GateHistoryEntry => ({
  ...{ schemaVersion: 1, kind: 'r1-tune/gate-history-entry', key, commit: `c${day}`, engine: 'fake 1' },
  ...{ configuration: 'fake', machine: 'm', trials: 5 },
  at: new Date(Date.UTC(2026, 0, 1 + day)).toISOString(),
  values: { decode },
});

const file = (): string => join(tempFolder('history'), 'deep', 'history.jsonl');

describe('the history of a gate', () => {
  it('begins empty and only ever grows', () => {
    const path = file();
    expect(readGateHistory(path)).toEqual([]);
    addToGateHistory(path, [entry(1)]);
    const before = readFileSync(path, 'utf8');
    addToGateHistory(path, [entry(2, 21)]);
    expect(readFileSync(path, 'utf8').startsWith(before)).toBe(true);
    expect(readGateHistory(path)).toEqual([entry(1), entry(2, 21)]);
  });

  it('of two copies is the same whichever takes the other, however often', () => {
    const days = fc.uniqueArray(fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(days, days, (mine, yours) => {
        const [a, b] = [file(), file()];
        addToGateHistory(
          a,
          mine.map((day) => entry(day)),
        );
        addToGateHistory(
          b,
          yours.map((day) => entry(day)),
        );
        for (let i = 0; i < 2; i++) {
          addToGateHistory(a, readGateHistory(b));
          addToGateHistory(b, readGateHistory(a));
        }
        expect(readGateHistory(a)).toEqual(readGateHistory(b));
        expect(readGateHistory(a)).toHaveLength(new Set([...mine, ...yours]).size);
      }),
      { numRuns: 20 },
    );
  });

  it('goes on after a writer that was killed in the middle of a line', () => {
    const path = file();
    addToGateHistory(path, [entry(1)]);
    appendFileSync(path, JSON.stringify(entry(2)).slice(0, 40));
    expect(readGateHistory(path)).toEqual([entry(1)]);
    addToGateHistory(path, [entry(3)]);
    expect(readGateHistory(path)).toEqual([entry(1), entry(3)]);
  });

  it.each(['{', '{"schemaVersion":2}', 'nonsense'])(
    'with a line %j is an error: a gate must not start anew unasked',
    (line) => {
      const path = file();
      addToGateHistory(path, [entry(1)]);
      appendFileSync(path, `${line}\n`);
      expect(() => readGateHistory(path)).toThrow(
        expect.objectContaining({ code: 'RUN_INVALID', message: expect.stringContaining('line 2') }),
      );
      writeFileSync(path, '');
      expect(readGateHistory(path)).toEqual([]);
    },
  );
});
