import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredVerdict } from '../../core/gate.js';
import type { Machine } from '../../core/machine.js';
import type { Outcome } from '../../core/outcome.js';
import type { Profile } from '../../core/profile.js';
import { median } from '../../stats/sample.js';
import { exactVerdict } from '../../sweeps/gate/exact.js';
import { storedVerdict } from '../../sweeps/gate/stored.js';
import { markVoided } from '../../sweeps/trials/void-blocks.js';
import type { Context } from '../context.js';
import { listedBlocks } from '../experiment/listed-blocks.js';
import { runBlocks } from '../experiment/run-blocks.js';
import { homeFolder } from '../home.js';
import { addToHistory, historyKey, readHistory } from './history.js';
import type { GateJob } from './job.js';
import { GATE_METRICS, gateValues } from './metrics.js';
import type { GateResult } from './result.js';

/** A verdict with what it rests on, whichever mode gave it. */
export type Judged = Pick<GateResult, 'verdict' | 'isBlocking' | 'reasons' | 'paired' | 'stored' | 'exact' | 'pairs'>;

/** Trials of one advisory measurement; their median goes into the history. */
const STORED_TRIALS = 5;

/** So many trials of the candidate, each a block of its own. */
async function trialsOfCandidate({ arms, ports }: GateJob, count: number): Promise<Outcome[]> {
  const blocks = Array.from({ length: count }, (_, number) => ({
    phase: 'gate' as const,
    number,
    arms: [arms.candidate],
  }));
  await runBlocks(listedBlocks(blocks), ports);
  return markVoided(ports.log.outcomes).filter(({ voided }) => !voided);
}

const WORST_FIRST = ['FAIL', 'INVALID', 'INCONCLUSIVE', 'PASS'] as const;

/** Measures now and compares with earlier measurements of the same profile on this fingerprint, then joins them. */
export async function judgeStored(
  job: GateJob,
  machine: Machine,
  differences: string[],
  context: Context,
): Promise<Judged> {
  const folder = join(homeFolder(context.host), 'gate-history');
  mkdirSync(folder, { recursive: true });
  const history = readHistory(
    folder,
    historyKey(job.profiles.candidate, machine.fingerprint.hash, job.arms.candidate.workload),
  );
  const outcomes = await trialsOfCandidate(job, STORED_TRIALS);
  const names = job.options.metrics.map((metric) => metric.name);
  const now: Record<string, number> = {};
  const stored: Record<string, StoredVerdict> = {};
  for (const name of names) {
    const values = outcomes.flatMap((o) => gateValues(o.metrics, [name])[name] ?? []);
    if (values.length === 0) continue;
    now[name] = median(values);
    const earlier = history.entries.flatMap((entry) => entry.values[name] ?? []);
    const rule = {
      alpha: (job.options.alpha ?? 0.01) / names.length,
      margin: job.options.margin ?? 0.05,
      fingerprintDifferences: differences,
    };
    stored[name] = storedVerdict({ earlier, now: now[name], better: GATE_METRICS[name]!.better, ...rule });
  }
  const verdicts = Object.values(stored);
  const verdict = WORST_FIRST.find((v) => verdicts.some((s) => s.verdict === v)) ?? 'INVALID';
  if (verdict !== 'FAIL' && verdicts.length > 0) addToHistory(folder, history, outcomes[0]!.startedAt, now);
  const reasons = Object.entries(stored).flatMap(([name, s]) => s.reasons.map((reason) => `${name}: ${reason}`));
  if (verdicts.length === 0) reasons.push(`No trial was measured: ${outcomes[0]?.reason}`);
  return {
    verdict,
    isBlocking: verdicts.some((s) => s.isBlocking),
    reasons,
    paired: null,
    stored,
    exact: null,
    pairs: [],
  };
}

const subject = (profile: Profile, peakRssBytes: number | null) => ({
  peakRssBytes,
  modelSha256: profile.model.sha256,
  modelFileBytes: profile.model.sizeBytes,
  greedyTokens: null,
  quality: null,
});

/** Facts that do not wander: the model of both profiles, and the peak memory of a fresh trial of the candidate. */
export async function judgeExact(job: GateJob): Promise<Judged> {
  const [outcome] = await trialsOfCandidate(job, 1);
  const exact = exactVerdict(
    subject(job.profiles.baseline, job.profiles.baseline.expected.peakRssBytes),
    subject(job.profiles.candidate, outcome!.metrics?.peakRssBytes ?? null),
  );
  const failed =
    outcome!.status === 'measured' ? [] : [`The candidate did not run: ${outcome!.status}: ${outcome!.reason}.`];
  return {
    verdict: failed.length > 0 ? 'FAIL' : exact.verdict,
    isBlocking: true,
    reasons: [
      ...failed,
      ...(exact.reasons.length > 0 ? exact.reasons : ['Every exact fact that is known on both sides holds.']),
    ],
    paired: null,
    stored: null,
    exact,
    pairs: [],
  };
}
