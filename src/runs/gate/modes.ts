import type { Machine } from '../../core/machine.js';
import type { Outcome } from '../../core/outcome.js';
import type { Profile } from '../../core/profile.js';
import { addToGateHistory } from '../../store/gate-history.js';
import { exactVerdict } from '../../sweeps/gate/exact.js';
import type { GateOutcome } from '../../sweeps/gate/paired.js';
import { storedVerdict } from '../../sweeps/gate/stored.js';
import { markVoided } from '../../sweeps/trials/void-blocks.js';
import type { Context } from '../context.js';
import { listedBlocks } from '../experiment/listed-blocks.js';
import { runBlocks } from '../experiment/run-blocks.js';
import { commitOf, earlierEntries, entryOf, openStore } from './history.js';
import type { GateJob } from './job.js';
import { GATE_METRICS } from './metrics.js';
import { ALPHA } from './open-job.js';
import type { GateRequest } from './request.js';
import type { GateResult } from './result.js';

/** A verdict with what it rests on, whichever mode gave it. */
export type Judged = Pick<
  GateResult,
  'verdict' | 'isBlocking' | 'reasons' | 'paired' | 'stored' | 'history' | 'exact' | 'pairs'
>;

/** Trials of one advisory measurement; their median goes into the history. */
export const STORED_TRIALS = 5;

/** So many trials of the candidate, each a block of its own. */
export async function trialsOfCandidate({ arms, ports }: GateJob, count: number): Promise<Outcome[]> {
  const blocks = Array.from({ length: count }, (_, number) => ({
    phase: 'gate' as const,
    number,
    arms: [arms.candidate],
  }));
  await runBlocks(listedBlocks(blocks), ports);
  return markVoided(ports.log.outcomes).filter(({ voided }) => !voided);
}

const WORST_FIRST = ['FAIL', 'INVALID', 'INCONCLUSIVE', 'PASS'] as const;

/** The verdict of a gate from those of its metrics; INVALID where there is none. */
export const worstOf = (verdicts: readonly GateOutcome[]): GateOutcome =>
  WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'INVALID';

/** Measures now and compares with earlier measurements of the same profile on this fingerprint, then joins them. */
export async function judgeStored(
  job: GateJob,
  request: GateRequest,
  machine: Machine,
  context: Context,
): Promise<Judged> {
  const { margin = 0.05, alpha = ALPHA, metrics, fingerprintDifferences = [] } = job.options;
  const names = metrics.map(({ name }) => name);
  const store = openStore(request, context.host);
  const outcomes = await trialsOfCandidate(job, STORED_TRIALS);
  const about = { profile: job.profiles.candidate, workload: job.arms.candidate.workload };
  const now = entryOf(outcomes, names, {
    ...about,
    machine: machine.fingerprint.hash,
    commit: commitOf(request, context.host),
    isAccepted: request.accept,
  });
  const earlier = now === null || request.accept ? [] : earlierEntries(store, now.key);
  const stored = Object.fromEntries(
    Object.entries(now?.values ?? {}).map(([name, value]) => [
      name,
      storedVerdict({
        ...{
          now: value,
          better: GATE_METRICS[name]!.better,
          alpha: alpha / names.length,
          margin,
          fingerprintDifferences,
        },
        earlier: earlier.flatMap(({ values }) => values[name] ?? []),
      }),
    ]),
  );
  const verdicts = Object.values(stored);
  const verdict = worstOf(verdicts.map((own) => own.verdict));
  if (now && verdict !== 'FAIL') addToGateHistory(store, [now]);
  const reasons = Object.entries(stored).flatMap(([name, s]) => s.reasons.map((reason) => `${name}: ${reason}`));
  return {
    verdict,
    isBlocking: verdicts.some((s) => s.isBlocking),
    reasons: now ? reasons : [`No trial was measured: ${outcomes[0]?.reason}`],
    paired: null,
    stored,
    history: null,
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
    history: null,
    exact,
    pairs: [],
  };
}
