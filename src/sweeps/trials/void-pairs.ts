import type { Outcome, Sentinel } from '../../core/outcome.js';
import { median, medianAbsoluteDeviation } from '../../stats/sample.js';

/**
 * Which pairs and blocks to repeat. The rule is blind to labels and to results: it sees only what the workload itself cannot
 * cause, time taken by the hypervisor and the sentinel kernels run before and after a trial. A machine that is faster than
 * usual for a moment disturbs nothing, so only what is slower counts. A pair is repeated as a whole; of a larger block only
 * the trials that were disturbed.
 */
export type Signals = {
  sentinels: Outcome['sentinels'];
  /** Share of CPU time the hypervisor took during the trial; null when this machine does not say. */
  stealShare: number | null;
};

export const signalsOf = (outcome: Pick<Outcome, 'sentinels' | 'resources'>): Signals => ({
  sentinels: outcome.sentinels,
  stealShare: outcome.resources?.stealShare ?? null,
});

/** A signal is out of line when it is worse than the run's median by both of these. docs/statistics.md has the rates. */
const SENTINEL_SHARE = 0.1;
const STEAL_SHARE = 0.02;
const MADS = 5;
/** Fewer readings have no median worth comparing with. */
const FEWEST_READINGS = 8;
/**
 * Share of a block's trials that may be disturbed before it is repeated: none of a pair or a race of nine, a tenth of an
 * exhaustive grid's hundred, of which one at least always is. Those few stand against many by rank, not by value.
 */
const TOLERATED_SHARE = 0.1;
/** Repeats a run may spend, as a share of what it planned. */
const REPEAT_SHARE = 0.5;

/** A trial that was disturbed: its place in the block, and why in one sentence. */
export type Disturbed = { position: number; reason: string };

/** The disturbed trials of a pair or block; none where they are so few that it counts. `run`: every trial so far, this block included. */
export function disturbedTrials(block: readonly Signals[], run: readonly Signals[]): Disturbed[] {
  const disturbed = block.flatMap((trial, position) => {
    const why = [...sentinelReasons(trial, run), ...stealReason(trial, run)];
    return why.length === 0 ? [] : [{ position, reason: `Trial ${position + 1}: ${why.join('; ')}.` }];
  });
  return disturbed.length > TOLERATED_SHARE * block.length ? disturbed : [];
}

/** Why a pair or block is void, one sentence a disturbed trial; empty when it counts. */
export const voidReasons = (block: readonly Signals[], run: readonly Signals[]): string[] =>
  disturbedTrials(block, run).map(({ reason }) => reason);

/** Whether one more repeat is allowed, so that a machine that never rests ends the run instead of looping. */
export const mayRepeat = (planned: number, repeats: number): boolean => repeats + 1 <= planned * REPEAT_SHARE;

type Kernel = { name: string; read: (sentinel: Sentinel) => number | null };

const KERNELS: readonly Kernel[] = [
  { name: 'memory sentinel, one thread', read: (s) => s.memoryOneMs },
  { name: 'memory sentinel, all threads', read: (s) => s.memoryAllMs },
  { name: 'compute sentinel', read: (s) => s.computeMs },
];

const readings = (trial: Signals, read: Kernel['read']): number[] =>
  trial.sentinels ? [trial.sentinels.before, trial.sentinels.after].flatMap((s) => (s && read(s)) ?? []) : [];

function sentinelReasons(trial: Signals, run: readonly Signals[]): string[] {
  return KERNELS.flatMap(({ name, read }) => {
    const all = run.flatMap((other) => readings(other, read));
    if (all.length < FEWEST_READINGS) return [];
    const centre = median(all);
    const limit = Math.max(SENTINEL_SHARE * centre, MADS * medianAbsoluteDeviation(all));
    const worst = Math.max(...readings(trial, read));
    return worst - centre > limit ? [`${name} slower than its median by ${percent(worst / centre - 1)}`] : [];
  });
}

function stealReason(trial: Signals, run: readonly Signals[]): string[] {
  const all = run.flatMap((other) => other.stealShare ?? []);
  if (trial.stealShare === null || all.length < FEWEST_READINGS) return [];
  const limit = median(all) + Math.max(STEAL_SHARE, MADS * medianAbsoluteDeviation(all));
  return trial.stealShare > limit ? [`hypervisor took ${percent(trial.stealShare)} of the CPU time`] : [];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
