import type { Outcome } from '../core/outcome.js';

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

/** Time that one trial of the search took with all its repeats, ms: a budget pays for these too. */
export const costMs = (outcome: Outcome, outcomes: readonly Outcome[]): number =>
  outcomes
    .filter((o) => blockKey(o) === blockKey(outcome) && member(o) === member(outcome))
    .reduce((sum, o) => sum + o.wallMs, 0);
