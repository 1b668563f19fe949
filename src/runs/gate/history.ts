import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shortHash } from '../../core/canonical.js';
import { R1Error } from '../../core/errors.js';
import { GATE_HISTORY_VERSION, type GateHistory, gateHistorySchema } from '../../core/gate.js';
import type { Profile } from '../../core/profile.js';
import type { Workload } from '../../core/workload.js';
import { writeJsonAtomic } from '../../store/atomic-write.js';

/** Older entries are dropped beyond this: machines change slowly, and the estimate of the spread is good long before. */
const MOST_ENTRIES = 200;

/** What must be equal for two measurements to be of the same thing. */
export const historyKey = (profile: Profile, fingerprint: string, workload: Workload): string =>
  shortHash(
    { candidate: profile.candidate, model: profile.model.sha256 ?? profile.model.path, fingerprint, workload },
    16,
  );

const fileOf = (folder: string, key: string): string => join(folder, `${key}.json`);

export function readHistory(folder: string, key: string): GateHistory {
  const path = fileOf(folder, key);
  if (!existsSync(path)) return { schemaVersion: GATE_HISTORY_VERSION, kind: 'r1-tune/gate-history', key, entries: [] };
  try {
    return gateHistorySchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new R1Error('RUN_INVALID', `${path} is not a gate history of this version.`, {
      cause,
      fix: 'Move the file away to start a new history.',
    });
  }
}

export function addToHistory(folder: string, history: GateHistory, at: string, values: Record<string, number>): void {
  writeJsonAtomic(fileOf(folder, history.key), {
    ...history,
    entries: [...history.entries, { at, values }].slice(-MOST_ENTRIES),
  });
}
