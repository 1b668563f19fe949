import type { Outcome } from '../core/outcome.js';
import type { Plan } from '../core/run-result.js';
import { mean } from '../stats/sample.js';
import { confirmTrials, FEWEST_PAIRS } from './confirm.js';

/** Blocks that were run again: which of their trials count, and what all of them cost. */

type BlockOf = Pick<Outcome, 'phase' | 'block'>;

const blockKey = ({ phase, block }: BlockOf): string => `${phase}/${block}`;
const member = (outcome: Outcome): string => outcome.arm ?? outcome.candidateId;

/**
 * A member seen again begins the next run of its block, and only the last run counts: the trials of earlier ones are marked,
 * also where the last run was cut short, because arms of different times must not be compared.
 */
export function markVoided(outcomes: readonly Outcome[]): Outcome[] {
  const runs = new Map<string, { number: number; seen: Set<string> }>();
  const numbers = outcomes.map((outcome) => {
    const before = runs.get(blockKey(outcome)) ?? { number: 0, seen: new Set<string>() };
    const run = before.seen.has(member(outcome)) ? { number: before.number + 1, seen: new Set<string>() } : before;
    run.seen.add(member(outcome));
    runs.set(blockKey(outcome), run);
    return run.number;
  });
  return outcomes.map((outcome, i) =>
    numbers[i] === runs.get(blockKey(outcome))!.number ? outcome : { ...outcome, voided: true },
  );
}

/** Trials of one block that count so far. */
export const countedInBlock = (outcomes: readonly Outcome[], of: BlockOf): Outcome[] =>
  markVoided(outcomes.filter((o) => blockKey(o) === blockKey(of))).filter((o) => !o.voided);

/** Trials that chose how the search was planned; its budget begins after them. */
const isPilot = ({ phase }: Outcome): boolean => phase === 'calibrate';

/**
 * Whether there is time for a block once more: what it just took must fit, and during the race the shortest confirmation
 * after it. A disturbed block tells less than a quiet one, a run without a confirmation nothing.
 */
export function hasTimeToRepeat(
  { searchBudget, references }: Pick<Plan, 'searchBudget' | 'references'>,
  block: readonly Outcome[],
  outcomes: readonly Outcome[],
): boolean {
  if (!searchBudget) return true;
  const times = block.map((outcome) => outcome.wallMs);
  const spent = outcomes.filter((o) => !isPilot(o)).reduce((sum, o) => sum + o.wallMs, 0);
  const confirming = block[0]?.phase === 'race' ? confirmTrials(FEWEST_PAIRS, references?.length ?? 0) : 0;
  return spent + mean(times) * (times.length + confirming) <= searchBudget.limit;
}

/** Time that one trial of the search took with all its repeats, ms: a budget pays for these too. */
export const costMs = (outcome: Outcome, outcomes: readonly Outcome[]): number =>
  outcomes
    .filter((o) => blockKey(o) === blockKey(outcome) && member(o) === member(outcome))
    .reduce((sum, o) => sum + o.wallMs, 0);
