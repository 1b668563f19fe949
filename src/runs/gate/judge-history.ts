import type { HistoryVerdict } from '../../core/gate.js';
import type { GateHistoryEntry } from '../../core/gate-history.js';
import type { Machine } from '../../core/machine.js';
import { addToGateHistory } from '../../store/gate-history.js';
import { driftVerdict, FEWEST_BUILDS, MOST_BUILDS } from '../../sweeps/gate/drift.js';
import type { Context } from '../context.js';
import { commitOf, earlierEntries, entryOf, historyKey, openStore } from './history.js';
import type { GateJob } from './job.js';
import { GATE_METRICS } from './metrics.js';
import { type Judged, STORED_TRIALS, trialsOfCandidate, worstOf } from './modes.js';
import { ALPHA } from './open-job.js';
import type { GateRequest } from './request.js';

/** Measures the candidate now, appends it to the store, and looks for change points in all that the store knows of it. */
export async function judgeHistory(
  job: GateJob,
  request: GateRequest,
  machine: Machine,
  context: Context,
): Promise<Judged> {
  const { candidate } = job.profiles;
  const { workload } = job.arms.candidate;
  const store = openStore(request, context.host);
  const names = job.options.metrics.map(({ name }) => name);
  const outcomes = await trialsOfCandidate(job, STORED_TRIALS);
  const about = { profile: candidate, workload, machine: machine.fingerprint.hash };
  const commit = commitOf(request, context.host);
  const now = entryOf(outcomes, names, { ...about, commit, isAccepted: request.accept });
  if (!now) return nothingMeasured(outcomes[0]?.reason ?? 'no trial ran');
  addToGateHistory(store, [now]);
  const entries = earlierEntries(store, historyKey(candidate, about.machine, workload));
  return verdictOf(entries, names, job.options.margin ?? 0.05);
}

const NO_PARTS = { paired: null, stored: null, exact: null, pairs: [] };

const nothingMeasured = (reason: string): Judged => ({
  ...NO_PARTS,
  verdict: 'INVALID',
  isBlocking: true,
  reasons: [`No trial was measured: ${reason}.`],
  history: null,
});

function verdictOf(entries: readonly GateHistoryEntry[], names: readonly string[], margin: number): Judged {
  const alpha = ALPHA / names.length;
  const history = Object.fromEntries(names.map((name) => [name, historyOf(entries, name, margin, alpha)]));
  const verdicts = Object.entries(history);
  return {
    ...NO_PARTS,
    verdict: worstOf(verdicts.map(([, { verdict }]) => verdict)),
    isBlocking: verdicts.some(([, { verdict, isBlocking }]) => verdict === 'FAIL' && isBlocking),
    reasons: verdicts.map(([name, verdict]) => reasonOf(name, verdict)),
    history,
  };
}

function historyOf(entries: readonly GateHistoryEntry[], name: string, margin: number, alpha: number): HistoryVerdict {
  const builds = entries.slice(-MOST_BUILDS).flatMap(({ at, commit, values }) => {
    const value = values[name];
    return value === undefined ? [] : [{ at, commit, value }];
  });
  const question = { values: builds.map(({ value }) => value), better: GATE_METRICS[name]!.better, margin, alpha };
  return { ...driftVerdict(question), builds };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** A build as people find it again. */
const buildName = ({ at, commit }: HistoryVerdict['builds'][number]): string =>
  commit ? `${commit.slice(0, 12)} (${at.slice(0, 10)})` : at.slice(0, 16).replace('T', ' ');

function reasonOf(name: string, { builds, levels, ratio, fell }: HistoryVerdict): string {
  const { unit } = GATE_METRICS[name]!;
  if (builds.length < FEWEST_BUILDS)
    return `${name}: ${builds.length} builds in the history; a change can be found from ${FEWEST_BUILDS} on.`;
  if (ratio === null) return `${name}: no change in ${builds.length} builds.`;
  const level = (index: number): string => `${levels[index]!.centre.toPrecision(3)} ${unit}`;
  if (!fell)
    return `${name}: the level changed ${levels.length - 1} times in ${builds.length} builds; it is ${level(levels.length - 1)} now, ${ratio >= 1 ? `${percent(ratio - 1)} better` : `${percent(1 - ratio)} worse`} than at its best before.`;
  const best = levels.findIndex(({ to }) => to - 1 === fell.after);
  const steps = levels.length - 1 - best;
  const range = `between ${buildName(builds[fell.after]!)} and ${buildName(builds[fell.until]!)}`;
  return `${name} is worse by ${percent(1 - ratio)} than at its best: it went from ${level(best)} to ${level(levels.length - 1)} ${range}${steps > 1 ? `, in ${steps} steps` : ''}. --accept makes this level the new expectation.`;
}
