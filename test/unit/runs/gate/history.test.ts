import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GateHistoryEntry } from '../../../../src/core/gate-history.js';
import { FULL_WORKLOAD, SHORT_WORKLOAD } from '../../../../src/core/workload.js';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { commitOf, earlierEntries, entryOf, historyKey, openStore } from '../../../../src/runs/gate/history.js';
import { addToGateHistory } from '../../../../src/store/gate-history.js';
import { tempFolder } from '../../../helpers/fake-model.js';
import { sampleProfile } from '../../../helpers/sample-profile.js';
import { sampleMetrics, sampleOutcome } from '../../../helpers/sample-trial.js';

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

const entry = (day: number, isAccepted = false, key = 'k'): GateHistoryEntry => ({
  ...{ schemaVersion: 1, kind: 'r1-tune/gate-history-entry', key, commit: null, engine: null },
  ...{ configuration: 'x', machine: 'm', trials: 5, values: { decode: 20 } },
  at: `2026-03-0${day}T00:00:00.000Z`,
  ...(isAccepted ? { isAccepted } : {}),
});

describe('what a measurement is compared with', () => {
  it('is of the same thing, from the last accepted level on', () => {
    const path = join(tempFolder('history'), 'store.jsonl');
    addToGateHistory(path, [entry(1), entry(2, true), entry(3), entry(4, false, 'other'), entry(5, true), entry(6)]);
    expect(earlierEntries(path, 'k').map(({ at }) => at.slice(0, 10))).toEqual(['2026-03-05', '2026-03-06']);
    expect(earlierEntries(path, 'other')).toHaveLength(1);
    expect(earlierEntries(path, 'none')).toEqual([]);
  });

  it('includes what other copies of the store know', () => {
    const folder = tempFolder('history');
    const [own, copy] = [join(folder, 'own.jsonl'), join(folder, 'copy.jsonl')];
    addToGateHistory(own, [entry(1), entry(2)]);
    addToGateHistory(copy, [entry(2), entry(3)]);
    const host = memoryHost({ arch: 'x64', files: {} });
    expect(earlierEntries(openStore({ store: own, merge: [copy] }, host), 'k')).toHaveLength(3);
  });
});

describe('one measurement', () => {
  const about = { profile: sampleProfile(), workload: FULL_WORKLOAD, machine: 'm', commit: 'abc', isAccepted: false };

  it('is the median of its trials, and null where none gave a number', () => {
    const trials = [18, 30, 20].map((rate) =>
      sampleOutcome({ metrics: { ...sampleMetrics(), decodeMedianChunkRate: rate } }),
    );
    const failed = sampleOutcome({ status: 'crashed', metrics: null });
    expect(entryOf([failed, ...trials], ['decode'], about)).toMatchObject({
      values: { decode: 20 },
      trials: 3,
      commit: 'abc',
      key: historyKey(about.profile, 'm', FULL_WORKLOAD),
    });
    expect(entryOf([failed], ['decode'], about)).toBeNull();
  });

  it.each([
    [{}, undefined, null],
    [{ GITHUB_SHA: 'a' }, undefined, 'a'],
    [{ CI_COMMIT_SHA: 'b' }, undefined, 'b'],
    [{ GITHUB_SHA: 'a' }, 'mine', 'mine'],
  ])('belongs to the commit that %j and --commit %j name', (env: Record<string, string>, commit, expected) => {
    const host = { ...memoryHost({ arch: 'x64', files: {} }), env: (name: string) => env[name] };
    expect(commitOf({ commit }, host)).toBe(expected);
  });
});
