import type { Outcome } from '../core/outcome.js';
import type { Design } from './design.js';
import type { ArmTrial } from './evidence.js';

/** Failures after which an arm that never ran is not tried again. */
const GIVE_UP_AFTER = 2;
/** The trials of one claim so far: a pure function of the log, so that an interrupted run goes on where it was. */
export type BlockState = {
  /** Number of the next block to run. One that was cut is not gone on with: its arms would be of different times. */
  next: number;
  /** Arms to run in it. */
  arms: string[];
  /** Complete blocks, by number. */
  complete: number[];
  trials: ArmTrial[];
};

const armName = (outcome: Outcome): string => outcome.arm!.slice(outcome.arm!.indexOf('/') + 1);

function givenUp(design: Design, trials: readonly ArmTrial[]): Set<string> {
  const hopeless = design.arms.filter(({ name }) => {
    const own = trials.filter((t) => t.arm === name);
    return own.length >= GIVE_UP_AFTER && own.every((t) => t.outcome.status !== 'measured');
  });
  return new Set(hopeless.map((arm) => arm.name));
}

/** @param outcomes trials of this claim, in the order run; those of a disturbed block that was run again are marked as voided */
export function blockState(design: Design, outcomes: readonly Outcome[]): BlockState {
  const all = outcomes.map((outcome) => ({ arm: armName(outcome), block: outcome.block, outcome }));
  const gone = givenUp(design, all);
  const arms = design.arms.map((arm) => arm.name).filter((name) => !gone.has(name));
  const trials = all.filter(({ outcome }) => !outcome.voided);
  const blocks = [...new Set(trials.map((t) => t.block))];
  const holds = (block: number, name: string): boolean => trials.some((t) => t.block === block && t.arm === name);
  return {
    next: Math.max(-1, ...blocks) + 1,
    arms,
    complete: blocks.filter((block) => arms.every((name) => holds(block, name))),
    trials,
  };
}
