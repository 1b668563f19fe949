import type { Outcome } from '../core/outcome.js';
import type { Design } from './design.js';
import type { ArmTrial } from './evidence.js';

/** Failures after which an arm that never ran is not tried again. */
const GIVE_UP_AFTER = 2;
/** Attempts at blocks, disturbed ones included, as a multiple of what was planned. */
const MOST_ATTEMPTS = 1.5;

/** The trials of one claim so far: a pure function of the log, so that an interrupted run goes on where it was. */
export type BlockState = {
  /** Number of the next block to run. */
  next: number;
  /** Arms to run in it. */
  arms: string[];
  /** Complete blocks that nothing outside disturbed. */
  sound: number[];
  /** Complete blocks that count only where too few others do. */
  disturbed: number[];
  trials: ArmTrial[];
};

export type VoidRule = (block: readonly Outcome[]) => readonly string[];

const armName = (outcome: Outcome): string => outcome.arm!.slice(outcome.arm!.indexOf('/') + 1);

function givenUp(design: Design, trials: readonly ArmTrial[]): Set<string> {
  const hopeless = design.arms.filter(({ name }) => {
    const own = trials.filter((t) => t.arm === name);
    return own.length >= GIVE_UP_AFTER && own.every((t) => t.outcome.status !== 'measured');
  });
  return new Set(hopeless.map((arm) => arm.name));
}

/** @param outcomes trials of this claim, in the order run */
export function blockState(design: Design, outcomes: readonly Outcome[], isVoid: VoidRule): BlockState {
  const trials = outcomes.map((outcome) => ({ arm: armName(outcome), block: outcome.block, outcome }));
  const gone = givenUp(design, trials);
  const arms = design.arms.map((arm) => arm.name).filter((name) => !gone.has(name));
  const blocks = [...new Set(trials.map((t) => t.block))];
  const within = (block: number): ArmTrial[] => trials.filter((t) => t.block === block);
  const complete = blocks.filter((block) => arms.every((name) => within(block).some((t) => t.arm === name)));
  const disturbed = complete.filter((block) => isVoid(within(block).map((t) => t.outcome)).length > 0);
  return {
    next: Math.max(-1, ...blocks) + 1,
    arms,
    sound: complete.filter((block) => !disturbed.includes(block)),
    disturbed,
    trials,
  };
}

export const hasEnough = ({ sound, disturbed }: BlockState, planned: number): boolean =>
  sound.length >= planned || sound.length + disturbed.length >= Math.floor(planned * MOST_ATTEMPTS);

/** The blocks that count: the sound ones, and the disturbed too where the sound ones are too few for a verdict. */
export const countedBlocks = ({ sound, disturbed }: BlockState, needed: number): number[] =>
  sound.length >= needed ? sound : [...sound, ...disturbed];
