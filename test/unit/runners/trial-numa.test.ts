import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/core/candidate.js';
import { isPlacedAsAsked, parseNumaMaps } from '../../../src/runners/trial-numa.js';

type Memory = NonNullable<Candidate['binding']['memory']>;
const binding = (policy: Memory['policy'], nodes: string | null): Candidate['binding'] => ({
  name: 'a',
  tool: 'numactl',
  cpus: null,
  memory: { policy, nodes },
});

it('adds up pages by node, huge ones at their size', () => {
  const text = [
    '7f00 default file=/models/m.gguf mapped=300 mapmax=2 N0=100 N1=200 kernelpagesize_kB=4',
    '7f10 bind:0 anon=3 dirty=3 N0=3 kernelpagesize_kB=2048',
    '7f20 default file=/usr/bin/node',
  ].join('\n');
  expect(parseNumaMaps(text)).toEqual({ 0: 100 * 4096 + 3 * 2048 * 1024, 1: 200 * 4096 });
});

describe('isPlacedAsAsked', () => {
  it('asks nothing where no memory policy was asked for', () =>
    expect(isPlacedAsAsked({ name: 'none', tool: 'none', cpus: null, memory: null }, null)).toBe(true));

  it('is not shown where the kernel does not say', () =>
    expect(isPlacedAsAsked(binding('bind', '0'), null)).toBe(false));

  it.each([
    ['bind', '0', { 0: 950, 1: 50 }, true],
    ['bind', '0', { 0: 500, 1: 500 }, false],
    ['bind', '0-1', { 0: 500, 1: 500 }, true],
    ['preferred', '1', { 0: 10, 1: 990 }, true],
    ['interleave', '0-1', { 0: 520, 1: 480 }, true],
    ['interleave', '0-1', { 0: 900, 1: 100 }, false],
    ['interleave', '0-1', { 0: 1000 }, false],
    ['local', null, { 0: 1000 }, false],
  ] as const)('%s of %s with %j: %s', (policy, nodes, bytes, expected) =>
    expect(isPlacedAsAsked(binding(policy, nodes), bytes)).toBe(expected),
  );
});
