import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FULL_WORKLOAD, SHORT_WORKLOAD } from '../../../../src/core/workload.js';
import { addToHistory, historyKey, readHistory } from '../../../../src/runs/gate/history.js';
import { tempFolder } from '../../../helpers/fake-model.js';
import { sampleProfile } from '../../../helpers/sample-profile.js';

describe('historyKey', () => {
  const profile = sampleProfile();
  const key = historyKey(profile, 'machine', FULL_WORKLOAD);

  it('is of the same thing only: configuration, model, machine and workload', () => {
    const others = [
      historyKey(sampleProfile({ threads: 3 }), 'machine', FULL_WORKLOAD),
      historyKey({ ...profile, model: { ...profile.model, sha256: 'other' } }, 'machine', FULL_WORKLOAD),
      historyKey(profile, 'another', FULL_WORKLOAD),
      historyKey(profile, 'machine', SHORT_WORKLOAD),
    ];
    expect(new Set([key, ...others]).size).toBe(5);
  });

  it('does not depend on names, dates or verdicts', () => {
    const renamed = { ...profile, name: 'x', createdAt: 'y', verdict: 'unconfirmed' as const, speedup: null };
    expect(historyKey(renamed, 'machine', FULL_WORKLOAD)).toBe(key);
  });
});

describe('the history of a stored gate', () => {
  it('begins empty and grows', () => {
    const folder = tempFolder('history');
    expect(readHistory(folder, 'k').entries).toEqual([]);
    addToHistory(folder, readHistory(folder, 'k'), 'monday', { decode: 20 });
    addToHistory(folder, readHistory(folder, 'k'), 'tuesday', { decode: 21 });
    expect(readHistory(folder, 'k').entries).toEqual([
      { at: 'monday', values: { decode: 20 } },
      { at: 'tuesday', values: { decode: 21 } },
    ]);
    expect(readHistory(folder, 'other').entries).toEqual([]);
  });

  it('forgets the oldest beyond 200', () => {
    const folder = tempFolder('history');
    const entries = Array.from({ length: 200 }, (_, i) => ({ at: String(i), values: { decode: i } }));
    addToHistory(folder, { ...readHistory(folder, 'k'), entries }, '200', { decode: 200 });
    const kept = readHistory(folder, 'k').entries;
    expect([kept.length, kept[0]!.at, kept.at(-1)!.at]).toEqual([200, '1', '200']);
  });

  it.each(['', '{', '{"schemaVersion":2}'])('that reads %j is an error: a gate must not start anew unasked', (text) => {
    const folder = tempFolder('history');
    writeFileSync(join(folder, 'k.json'), text);
    expect(() => readHistory(folder, 'k')).toThrow(
      expect.objectContaining({ code: 'RUN_INVALID', fix: expect.stringContaining('Move the file away') }),
    );
  });
});
