import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockState } from '../../../src/claims/blocks.js';
import { openMpVariables } from '../../../src/claims/claims/02-openmp-variables.js';
import type { Design } from '../../../src/claims/design.js';
import { plannedBlocks } from '../../../src/claims/schedule.js';
import type { Outcome } from '../../../src/core/outcome.js';
import { claimFacts, claimModel } from '../../helpers/claims/claim-facts.js';
import { claimTrial } from '../../helpers/claims/claim-trials.js';

const facts = claimFacts({ models: [claimModel('llama-cpp', 'q4_0')] });
const design = openMpVariables.design(facts) as Design;
const [A, B] = design.arms.map((arm) => arm.name) as [string, string];

function trial(arm: string, block: number, status: Outcome['status'] = 'measured'): Outcome {
  const own = design.arms.find((a) => a.name === arm)!;
  return { ...claimTrial(own, {}, { claim: 2, block, trial: 0 }), status, metrics: null };
}

describe('blocks of a claim, from the log alone', () => {
  it('count when they are complete, and the next has a new number', () => {
    const state = blockState(design, [trial(A, 0), trial(B, 0), trial(B, 1)]);
    expect(state.complete).toEqual([0]);
    expect(state.next).toBe(2);
  });

  it('do not count where they were run again', () => {
    const voided = [trial(A, 0), trial(B, 0)].map((outcome) => ({ ...outcome, voided: true }));
    const { trials, complete } = blockState(design, [...voided, trial(A, 0), trial(B, 0)]);
    expect(complete).toEqual([0]);
    expect(trials).toHaveLength(2);
  });

  it('go on without an arm that failed twice and never ran', () => {
    const log = [trial(A, 0), trial(B, 0, 'unsupported'), trial(A, 1), trial(B, 1, 'unsupported')];
    expect(blockState(design, log).arms).toEqual([A]);
    expect(blockState(design, log.slice(0, 3)).arms).toEqual([A, B]);
  });

  it('keep an arm that ran once, however often it fails', () => {
    const log = [trial(B, 0), trial(B, 1, 'crashed'), trial(B, 2, 'crashed')];
    expect(blockState(design, log).arms).toEqual([A, B]);
  });
});

describe('how many blocks', () => {
  const load = fc.record({ needed: fc.integer({ min: 1, max: 9 }), blockMs: fc.integer({ min: 1, max: 100_000 }) });

  it('are never fewer than a verdict needs, or none', () => {
    fc.assert(
      fc.property(load, fc.array(load), fc.integer({ min: 0, max: 10_000_000 }), (own, later, leftMs) => {
        const blocks = plannedBlocks(own, later, leftMs);
        if (own.needed * own.blockMs > leftMs) expect(blocks).toBe(0);
        else expect(blocks).toBeGreaterThanOrEqual(own.needed);
        expect(blocks).toBeLessThanOrEqual(Math.max(own.needed, 12));
      }),
    );
  });

  it('leave the later claims what they need, when all fit', () => {
    fc.assert(
      fc.property(load, fc.array(load), fc.double({ min: 1.2, max: 5, noNaN: true }), (own, later, room) => {
        const rest = later.reduce((sum, l) => sum + l.needed * l.blockMs, 0);
        const leftMs = room * (own.needed * own.blockMs + rest);
        const blocks = plannedBlocks(own, later, leftMs);
        expect(leftMs - blocks * own.blockMs).toBeGreaterThanOrEqual(rest - 1e-6);
      }),
    );
  });
});
