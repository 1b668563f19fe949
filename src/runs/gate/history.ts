import { join } from 'node:path';
import { candidateLabel } from '../../core/candidate.js';
import { shortHash } from '../../core/canonical.js';
import type { GateHistoryEntry } from '../../core/gate-history.js';
import type { Outcome } from '../../core/outcome.js';
import type { Host } from '../../core/ports.js';
import type { Profile } from '../../core/profile.js';
import type { Workload } from '../../core/workload.js';
import { median } from '../../stats/sample.js';
import { addToGateHistory, readGateHistory } from '../../store/gate-history.js';
import { homeFolder } from '../home.js';
import { gateValues } from './metrics.js';
import type { GateRequest } from './request.js';

/** What must be equal for two measurements to be of the same thing. */
export const historyKey = (profile: Profile, fingerprint: string, workload: Workload): string =>
  shortHash(
    { candidate: profile.candidate, model: profile.model.sha256 ?? profile.model.path, fingerprint, workload },
    16,
  );

/** Where CI systems name the commit: GitHub and Gitea, GitLab, Buildkite, Jenkins. */
const COMMIT_VARIABLES = ['GITHUB_SHA', 'CI_COMMIT_SHA', 'BUILDKITE_COMMIT', 'GIT_COMMIT'];

export const commitOf = ({ commit }: Pick<GateRequest, 'commit'>, host: Host): string | null =>
  commit ?? COMMIT_VARIABLES.map((name) => host.env(name)).find(Boolean) ?? null;

/** The store of a gate, with all that other copies of it know. */
export function openStore({ store, merge = [] }: Pick<GateRequest, 'store' | 'merge'>, host: Host): string {
  const path = store ?? join(homeFolder(host), 'gate-history.jsonl');
  for (const copy of merge) addToGateHistory(path, readGateHistory(copy));
  return path;
}

/** Earlier measurements of the same thing, oldest first, from the last accepted one on. */
export function earlierEntries(path: string, key: string): GateHistoryEntry[] {
  const own = readGateHistory(path).filter((entry) => entry.key === key);
  const accepted = own.findLastIndex(({ isAccepted }) => isAccepted === true);
  return own.slice(Math.max(0, accepted));
}

type Measured = { profile: Profile; workload: Workload; machine: string; commit: string | null; isAccepted: boolean };

/** One measurement as an entry: the median of its trials for each metric; null where no trial gave any. */
export function entryOf(outcomes: readonly Outcome[], metrics: readonly string[], about: Measured) {
  const values = metrics.flatMap((name) => {
    const own = outcomes.flatMap((outcome) => gateValues(outcome.metrics, [name])[name] ?? []);
    return own.length === 0 ? [] : [[name, median(own)] as const];
  });
  const first = outcomes.find(({ metrics: given }) => given !== null);
  if (!first || values.length === 0) return null;
  const entry: GateHistoryEntry = {
    schemaVersion: 1,
    kind: 'r1-tune/gate-history-entry',
    key: historyKey(about.profile, about.machine, about.workload),
    at: first.startedAt,
    commit: about.commit,
    engine: first.effective?.engine ?? null,
    configuration: candidateLabel(about.profile.candidate),
    machine: about.machine,
    trials: outcomes.filter(({ metrics: given }) => given !== null).length,
    values: Object.fromEntries(values),
    ...(about.isAccepted ? { isAccepted: true } : {}),
  };
  return entry;
}
