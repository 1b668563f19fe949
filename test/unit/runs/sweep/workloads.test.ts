import { describe, expect, it } from 'vitest';
import { workloadSchema } from '../../../../src/core/workload.js';
import { contextFor, parseRequest, workloadsFor } from '../../../../src/runs/sweep/workloads.js';

describe('parseRequest', () => {
  it('reads prompt and generated tokens', () =>
    expect(parseRequest('128+1024')).toEqual({ promptTokens: 128, generateTokens: 1024 }));

  it.each(['', '128', '128+', '+1', '0+5', '5+0', '1.5+2', '128-1024', 'a+b'])('refuses "%s"', (text) =>
    expect(() => parseRequest(text)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(`--request: "${text}"`) }),
    ),
  );
});

describe('workloadsFor', () => {
  it('a full trial is pp512 + tg128, a quick one pp128 + tg64', () => {
    expect(workloadsFor('default', 3).full).toMatchObject({ promptTokens: 512, generateTokens: 128, seed: 3 });
    expect(workloadsFor('thorough', 3)).toEqual(workloadsFor('default', 3));
    expect(workloadsFor('quick', 3).full).toMatchObject({ promptTokens: 128, generateTokens: 64, seed: 3 });
  });

  it.each(['quick', 'default', 'thorough'] as const)('%s: valid, short trials shorter, one seed', (effort) => {
    const { short, full } = workloadsFor(effort, 9);
    for (const workload of [short, full]) expect(workloadSchema.parse(workload)).toEqual(workload);
    expect(short.promptTokens).toBeLessThan(full.promptTokens);
    expect(short.generateTokens).toBeLessThan(full.generateTokens);
    expect(short.seed).toBe(9);
  });
});

it('contextFor rounds up to steps of 256', () => {
  const { short, full } = workloadsFor('default', 1);
  expect(contextFor({ short, full })).toBe(768);
  expect(contextFor({ short, full: { ...full, contextDepth: 100 } })).toBe(768);
  expect(contextFor({ short, full: { ...full, contextDepth: 113 } })).toBe(1024);
});
