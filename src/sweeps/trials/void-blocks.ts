import type { Block } from '../../core/experiment.js';
import type { Outcome } from '../../core/outcome.js';

/** Blocks that were run again, as a whole or in part: which of their trials count, and what all of them cost. */

/** The name of the arm that a trial belongs to. */
export const memberOf = (outcome: Pick<Outcome, 'arm' | 'candidateId'>): string => outcome.arm ?? outcome.candidateId;

/** Claims number their blocks from 0 each; their arms are named "number/name". */
const scopeOf = (member: string): string => (member.includes('/') ? member.slice(0, member.indexOf('/')) : '');

const blockKey = (outcome: Outcome): string => `${outcome.phase}/${outcome.block}/${scopeOf(memberOf(outcome))}`;

/**
 * A block of a race holds many arms for some minutes; of it only the disturbed trials are run again, at once. What is compared
 * in pairs is run again in pairs.
 */
export const repeatsSingly = ({ phase }: Pick<Outcome, 'phase'>): boolean => phase === 'race';

/** Marks the trials that do not count any more. */
export const markVoided = (outcomes: readonly Outcome[]): Outcome[] => markEarlierTrials(markEarlierRuns(outcomes));

/** Of a race, the last trial of each member of a block counts. */
function markEarlierTrials(outcomes: readonly Outcome[]): Outcome[] {
  const key = (o: Outcome): string => `${blockKey(o)}/${memberOf(o)}`;
  const last = new Map(outcomes.map((outcome) => [key(outcome), outcome]));
  return outcomes.map((o) => (repeatsSingly(o) && last.get(key(o)) !== o ? { ...o, voided: true } : o));
}

/**
 * A member seen again begins the next run of its pair, and only the last run counts: the trials of earlier ones are marked,
 * also where the last run was cut short, because arms of different times must not be compared.
 */
function markEarlierRuns(outcomes: readonly Outcome[]): Outcome[] {
  const runs = new Map<string, { number: number; seen: Set<string> }>();
  const numbers = outcomes.map((outcome) => {
    const before = runs.get(blockKey(outcome)) ?? { number: 0, seen: new Set<string>() };
    const run = before.seen.has(memberOf(outcome)) ? { number: before.number + 1, seen: new Set<string>() } : before;
    run.seen.add(memberOf(outcome));
    runs.set(blockKey(outcome), run);
    return run.number;
  });
  return outcomes.map((outcome, i) =>
    repeatsSingly(outcome) || numbers[i] === runs.get(blockKey(outcome))!.number
      ? outcome
      : { ...outcome, voided: true },
  );
}

/** Trials of one block that count so far. */
export function countedInBlock(outcomes: readonly Outcome[], { phase, number, arms }: Block): Outcome[] {
  const key = `${phase}/${number}/${scopeOf(arms[0]!.name)}`;
  return markVoided(outcomes.filter((o) => blockKey(o) === key)).filter((o) => !o.voided);
}

/** Time that one trial of the search took with all its repeats, ms: a budget pays for these too. */
export const costMs = (outcome: Outcome, outcomes: readonly Outcome[]): number =>
  outcomes
    .filter((o) => blockKey(o) === blockKey(outcome) && memberOf(o) === memberOf(outcome))
    .reduce((sum, o) => sum + o.wallMs, 0);
