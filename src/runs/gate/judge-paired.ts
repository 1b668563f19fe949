import type { Preflight } from '../../core/gate.js';
import type { GateOutcome } from '../../sweeps/gate/paired.js';
import type { Context } from '../context.js';
import { runBlocks } from '../experiment/run-blocks.js';
import { disturbanceText } from '../experiment/wait-for-quiet.js';
import type { GateJob } from './job.js';
import type { Judged } from './modes.js';
import { pairRecords } from './pair-records.js';
import { pairSource } from './pair-source.js';
import type { GatePairRecord } from './result.js';

/** What disturbed a gate that could not decide. */
function seenText(verdict: GateOutcome, pairs: readonly GatePairRecord[], preflight: Preflight | null): string[] {
  if (verdict === 'PASS' || verdict === 'FAIL') return [];
  const repeated = pairs.filter(({ isVoid }) => isVoid).length;
  const seen = [
    ...(preflight && !preflight.isQuiet ? [`before the first pair ${disturbanceText(preflight.seen)}`] : []),
    ...(repeated > 0 ? [`${repeated} pairs were disturbed and run again`] : []),
  ];
  return seen.length === 0 ? [] : [`Seen: ${seen.join('; ')}.`];
}

/** Baseline and candidate in pairs of fresh processes, until the rule decides. */
export async function judgePaired(job: GateJob, { emit }: Context): Promise<Judged> {
  const { fingerprintDifferences: differences = [] } = job.options;
  const source = pairSource(job, (done, { nextLook, verdict, reasons }) =>
    emit({ type: 'pairs', done, nextLook: nextLook ?? done, verdict, reason: reasons[0] ?? '' }),
  );
  await runBlocks(source, job.ports);
  const { outcomes } = job.ports.log;
  const paired = source.verdict(outcomes);
  const pairs = pairRecords(outcomes);
  const fix =
    paired.verdict === 'INVALID' && differences.length > 0
      ? ['Use --any-machine to compare both profiles on this machine all the same.']
      : [];
  return {
    verdict: paired.verdict,
    isBlocking: true,
    reasons: [...paired.reasons, ...fix, ...seenText(paired.verdict, pairs, job.preflight)],
    paired,
    stored: null,
    history: null,
    exact: null,
    pairs,
  };
}
