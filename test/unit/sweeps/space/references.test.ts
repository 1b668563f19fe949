import { expect, it } from 'vitest';
import { baseCandidate, candidateId } from '../../../../src/core/candidate.js';
import { everyCandidate, ruleOfThumbCandidates } from '../../../../src/sweeps/space/references.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';

const machine = sampleMachine();
const withCeiling = (threadCeiling: number) => ({ ...machine, limits: { ...machine.limits, threadCeiling } });
const threads = (standard: number, ceiling = 16): number[] =>
  ruleOfThumbCandidates(baseCandidate('llama-cpp', 'q4_0', standard), withCeiling(ceiling)).map((c) => c.threads);

it('people set physical cores or all logical CPUs; the default itself is no reference to itself', () => {
  expect(threads(4)).toEqual([8, 16]);
  expect(threads(8)).toEqual([16]);
});

it('what cannot run at once here is no reference', () => expect(threads(4, 8)).toEqual([8]));

it('a reference that is a candidate too counts once', () => {
  const [one, two] = [1, 2].map((n) => baseCandidate('llama-cpp', 'q4_0', n));
  const ids = everyCandidate({ candidates: [one!, two!], references: [two!] }).map(candidateId);
  expect(ids).toEqual([one!, two!].map(candidateId));
  expect(everyCandidate({ candidates: [one!] })).toEqual([one]);
});
