import { CALM, type ClaimResult } from '../core/claims.js';
import type { Outcome } from '../core/outcome.js';
import type { Claim, ClaimFacts, Conclusion } from './claim.js';
import { combineContrasts } from './conclusion.js';
import type { Design } from './design.js';
import { type ArmTrial, gatherEvidence, levelFacts } from './evidence.js';
import { neededBlocks } from './schedule.js';
import type { Statistics } from './statistics.js';
import { capitalized } from './texts.js';

/** What the loop did for a claim. */
export type Conduct = {
  /** Measured trials that count. */
  trials: readonly ArmTrial[];
  /** Trials that gave no number. */
  failed: readonly { arm: string; outcome: Outcome }[];
  blocksPlanned: number;
  blocksRepeated: number;
  wallMs: number;
};

const identity = ({ number, id, statement, sources, rule }: Claim) => ({
  number,
  id,
  statement,
  sources: [...sources],
  rule,
});

/** A claim without a trial: why it cannot be tested here. */
export function untested(claim: Claim, reason: string): ClaimResult {
  return {
    ...identity(claim),
    verdict: 'cannot-test',
    finding: capitalized(reason),
    contrasts: [],
    facts: [],
    notes: [],
    arms: [],
    blocks: 0,
    blocksPlanned: 0,
    blocksRepeated: 0,
    wallMs: 0,
  };
}

function armsOf(design: Design, { trials, failed }: Conduct): ClaimResult['arms'] {
  return design.arms.map(({ name, model, candidate, workload, conditions = CALM }) => {
    const groups = new Map<string, ClaimResult['arms'][number]['failures'][number]>();
    for (const { outcome } of failed.filter((f) => f.arm === name)) {
      const key = `${outcome.status}/${outcome.reason}`;
      const { status, reason } = outcome;
      groups.set(key, { status, reason: reason ?? '', trials: (groups.get(key)?.trials ?? 0) + 1 });
    }
    return {
      name,
      modelPath: model.path,
      candidate,
      workload,
      conditions,
      trials: trials.filter((t) => t.arm === name).length,
      failures: [...groups.values()],
    };
  });
}

const failureNotes = (arms: ClaimResult['arms']): string[] =>
  arms.flatMap(({ name, failures }) =>
    failures.map(({ status, reason, trials }) => `${name}: ${trials} trial(s) ended as ${status}: ${reason}`),
  );

/** No verdict: what ended it, the time or trials that failed. */
function tooFew(blocks: number, design: Design, arms: ClaimResult['arms']): Conclusion {
  const failure = arms.flatMap((arm) => arm.failures.map((f) => `${arm.name} ended as ${f.status}: ${f.reason}`))[0];
  const why = failure ?? 'there was no time for more';
  return {
    verdict: 'cannot-test',
    finding: `${blocks} of the ${neededBlocks(design)} blocks that a verdict needs were measured: ${why}.`,
  };
}

/** Everything a claim's trials say, by its own rule. Pure: the same trials give the same result. */
export function concludeClaim(
  claim: Claim,
  design: Design,
  conduct: Conduct,
  facts: ClaimFacts,
  statistics: Statistics,
): ClaimResult {
  const evidence = gatherEvidence(design, conduct.trials, statistics);
  const arms = armsOf(design, conduct);
  const blocks = new Set(conduct.trials.map((t) => t.block)).size;
  const isShort = blocks < neededBlocks(design);
  const { verdict, finding, ...more } = isShort
    ? tooFew(blocks, design, arms)
    : (claim.conclude?.(evidence, facts) ?? combineContrasts(evidence));
  const failures = failureNotes(arms);
  // Trials that failed are why there is no verdict: that belongs into the sentence that people read.
  const isBlocked = verdict === 'cannot-test' && !isShort;
  return {
    ...identity(claim),
    verdict,
    finding: isBlocked ? [finding, ...failures.map((failure) => `${failure}.`)].join(' ') : finding,
    contrasts: [...evidence.contrasts],
    facts: [...levelFacts(evidence), ...(more.facts ?? [])],
    notes: [...design.notes, ...(more.notes ?? []), ...failures],
    arms,
    blocks,
    blocksPlanned: conduct.blocksPlanned,
    blocksRepeated: conduct.blocksRepeated,
    wallMs: conduct.wallMs,
  };
}
