import type { ClaimResult } from '../core/claims.js';
import type { Outcome } from '../core/outcome.js';
import type { Claim, ClaimFacts, Design } from './claim.js';
import { combineContrasts } from './conclusion.js';
import { type ArmTrial, gatherEvidence, levelFacts } from './evidence.js';
import type { Statistics } from './statistics.js';

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
    finding: `Cannot be tested: ${reason}`,
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
  return design.arms.map(({ name, source, candidate, workload, conditions }) => {
    const groups = new Map<string, ClaimResult['arms'][number]['failures'][number]>();
    for (const { outcome } of failed.filter((f) => f.arm === name)) {
      const key = `${outcome.status}/${outcome.reason}`;
      const { status, reason } = outcome;
      groups.set(key, { status, reason: reason ?? '', trials: (groups.get(key)?.trials ?? 0) + 1 });
    }
    return {
      name,
      modelPath: source.path,
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

/** Everything a claim's trials say, by its own rule. Pure: the same trials give the same result. */
export function concludeClaim(
  claim: Claim,
  design: Design,
  conduct: Conduct,
  facts: ClaimFacts,
  statistics: Statistics,
): ClaimResult {
  const evidence = gatherEvidence(design, conduct.trials, statistics);
  const { verdict, finding, ...more } = claim.conclude?.(evidence, facts) ?? combineContrasts(evidence);
  const arms = armsOf(design, conduct);
  return {
    ...identity(claim),
    verdict,
    finding,
    contrasts: [...evidence.contrasts],
    facts: [...levelFacts(evidence), ...(more.facts ?? [])],
    notes: [...design.notes, ...(more.notes ?? []), ...failureNotes(arms)],
    arms,
    blocks: new Set(conduct.trials.map((t) => t.block)).size,
    blocksPlanned: conduct.blocksPlanned,
    blocksRepeated: conduct.blocksRepeated,
    wallMs: conduct.wallMs,
  };
}
