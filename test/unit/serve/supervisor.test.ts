import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../../src/serve/refusal.js';
import { Admission } from '../../../src/serve/supervisor/admission.js';
import { createRestartPolicy } from '../../../src/serve/supervisor/restart-policy.js';

describe('restart policy', () => {
  it('doubles its delays and gives up after five deaths in a minute', () => {
    const policy = createRestartPolicy();
    expect([0, 1, 2, 3, 4, 5].map((second) => policy.died(second * 1000))).toEqual([
      500,
      1000,
      2000,
      4000,
      8000,
      undefined,
    ]);
  });

  it('forgets what is longer ago', () => {
    const policy = createRestartPolicy();
    for (let minute = 0; minute < 20; minute++) expect(policy.died(minute * 61_000)).toBe(500);
  });
});

describe('admission', () => {
  const open = (
    limits: Partial<ConstructorParameters<typeof Admission>[0]> = {},
    load = { slots: 2, queuedTokens: 0 },
    serviceMs = 4000,
  ) =>
    new Admission(
      { maxQueued: 3, maxQueuedTokens: 1000, maxPerTenant: 100, ...limits },
      () => load,
      () => 0.5,
      serviceMs,
    );
  const reasonOf = (action: () => unknown): string => {
    try {
      action();
      return 'admitted';
    } catch (error) {
      return (error as Refusal).reason;
    }
  };

  it('holds as many as can run and wait, and gives places back once', () => {
    const admission = open();
    const places = Array.from({ length: 5 }, () => admission.reserve('a', 1, undefined));
    expect(reasonOf(() => admission.reserve('a', 1, undefined))).toBe('queueFull');
    places[0]!.release();
    places[0]!.release();
    expect(reasonOf(() => admission.reserve('a', 1, undefined))).toBe('admitted');
    expect(reasonOf(() => admission.reserve('a', 1, undefined))).toBe('queueFull');
  });

  it('limits one tenant without touching others', () => {
    const admission = open({ maxPerTenant: 2 });
    admission.reserve('a', 2, undefined);
    expect(reasonOf(() => admission.reserve('a', 1, undefined))).toBe('keyLimit');
    expect(reasonOf(() => admission.reserve('b', 1, undefined))).toBe('admitted');
  });

  it('counts waiting prompt tokens', () => {
    expect(reasonOf(() => open({}, { slots: 2, queuedTokens: 1000 }).reserve('a', 1, undefined))).toBe('queueFull');
  });

  it('projects the wait from what requests take', () => {
    const admission = open({ maxQueued: 10 });
    expect(admission.projectedWaitMs).toBe(0);
    admission.reserve('a', 2, undefined);
    expect(admission.projectedWaitMs).toBe(4000);
    expect(reasonOf(() => admission.reserve('a', 1, 3000))).toBe('tooLate');
    expect(reasonOf(() => admission.reserve('a', 1, 5000))).toBe('admitted');
    for (let i = 0; i < 100; i++) admission.served(1000);
    expect(admission.projectedWaitMs).toBeLessThan(2100);
  });

  it('says between 1 and 30 s when to come back', () => {
    for (const serviceMs of [1, 4000, 1e7]) {
      const seconds = open({}, { slots: 2, queuedTokens: 0 }, serviceMs).retryAfterSeconds();
      expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 30).toBe(true);
    }
  });
});
