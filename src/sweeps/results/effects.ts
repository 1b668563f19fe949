import { type Candidate, candidateId, knobDifferences, knobsOf } from '../../core/candidate.js';
import type { Outcome } from '../../core/outcome.js';
import type { Effect, Plan } from '../../core/run-result.js';
import { mean } from '../../stats/sample.js';
import { FEWEST_BLOCKS, intervalOfRatios } from './ranking.js';
import { objectiveOf } from './trial-result.js';

type Knob = keyof Candidate;

/** These have curves and tables of their own, and other knobs hang on them. */
const ELSEWHERE = new Set<Knob>(['backend', 'quant', 'threads']);

/** Objective of each configuration in each block of the race or confirmation that counts: block → candidate id → tok/s. */
function valuesByBlock(outcomes: readonly Outcome[], plan: Plan): Map<string, Map<string, number>> {
  const blocks = new Map<string, Map<string, number>>();
  for (const outcome of outcomes) {
    const value = objectiveOf(outcome, plan);
    if (value === null || outcome.voided || (outcome.phase !== 'race' && outcome.phase !== 'confirm')) continue;
    const key = `${outcome.phase}/${outcome.block}`;
    blocks.set(key, (blocks.get(key) ?? new Map()).set(outcome.candidateId, value));
  }
  return blocks;
}

type Pair = { with: string; without: string };
type Contrast = { axis: string; value: string; reference: string; pairs: Pair[] };

const writtenValue = (difference: string): string => difference.slice(difference.indexOf('=') + 1);

/** Pairs of configurations alike in all but one knob, which has the default's value in one of them. By knob and value. */
function contrasts(candidates: readonly Candidate[], base: Candidate): Contrast[] {
  const known = new Map(candidates.map((candidate) => [candidateId(candidate), candidate]));
  const found = new Map<string, Contrast>();
  for (const [id, candidate] of known)
    for (const axis of knobsOf(candidate).filter((knob) => !ELSEWHERE.has(knob))) {
      const without = candidateId({ ...candidate, [axis]: base[axis] });
      const reference = known.get(without);
      if (without === id || !reference) continue;
      const [value, before] = [knobDifferences(candidate, reference), knobDifferences(reference, candidate)];
      const contrast = found.get(value[0]!) ?? {
        axis,
        value: writtenValue(value[0]!),
        reference: writtenValue(before[0]!),
        pairs: [],
      };
      contrast.pairs.push({ with: id, without });
      found.set(value[0]!, contrast);
    }
  return [...found.values()];
}

/** One log-ratio a block, the mean of those of its pairs: pairs of one block share its weather and are no repeats. */
function blockRatios(pairs: readonly Pair[], blocks: Iterable<ReadonlyMap<string, number>>): number[] {
  return [...blocks].flatMap((block) => {
    const logs = pairs.flatMap((pair) => {
      const [value, reference] = [block.get(pair.with), block.get(pair.without)];
      return value === undefined || reference === undefined ? [] : [Math.log(value / reference)];
    });
    return logs.length === 0 ? [] : [mean(logs)];
  });
}

/**
 * What each value of each knob does to the objective against the default's value, all other knobs equal: only from blocks
 * in which both ran, with its interval, by axis and largest first.
 */
export function effectsOf(plan: Plan, candidates: readonly Candidate[], outcomes: readonly Outcome[]): Effect[] {
  const blocks = valuesByBlock(outcomes, plan);
  const raced = new Set([...blocks.values()].flatMap((block) => [...block.keys()]));
  const present = candidates.filter((candidate) => raced.has(candidateId(candidate)));
  return contrasts(present, plan.defaultCandidate)
    .map(({ axis, value, reference, pairs }) => ({
      axis,
      value,
      reference,
      logRatios: blockRatios(pairs, blocks.values()),
    }))
    .filter(({ logRatios }) => logRatios.length >= FEWEST_BLOCKS)
    .map(({ logRatios, ...effect }) => ({ ...effect, ratio: intervalOfRatios(logRatios) }))
    .sort((a, b) => a.axis.localeCompare(b.axis, 'en') || b.ratio.estimate - a.ratio.estimate);
}
