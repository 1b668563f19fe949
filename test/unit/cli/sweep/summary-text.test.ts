import { describe, expect, it } from 'vitest';
import { rateText, summaryText } from '../../../../src/cli/sweep/summary-text.js';
import type { RunResult } from '../../../../src/core/run-result.js';
import { toProfile } from '../../../../src/sweeps/results/to-profile.js';
import { sampleRun } from '../../../helpers/sample-run.js';

const run = sampleRun({ trials: 80 });

function summary(changes: Partial<NonNullable<RunResult['choice']>>): string {
  const changed: RunResult = { ...run, choice: { ...run.choice!, ...changes } };
  const chosen = changed.configurations.find((c) => c.candidateId === changed.choice!.candidateId)!;
  return summaryText(changed, toProfile(changed, chosen, 'sample'), 'results/x');
}

describe('summaryText', () => {
  it('gives the answer, its proof and the next command', () => {
    const text = summary({});
    expect(text).toMatch(/^Run: {6}llama-cpp q4_0, 6\/8 threads/m);
    expect(text).toMatch(/Speed-up over the default \(llama-cpp q4_0, 8 threads\): \+.* %.*10 fresh pairs/);
    expect(text).toContain('Serve it: r1-tune serve --profile results/x/best.json');
    expect(text).toContain('Note: 1 of 11 confirmation pairs was repeated');
  });

  it('of kept defaults says so, with what was tried', () => {
    const kept = summary({
      verdict: 'keep-default',
      candidateId: run.configurations.find((c) => c.isDefault)!.candidateId,
    });
    expect(kept).toMatch(/the defaults: keep them/);
    expect(kept).toMatch(/no clear gain|slower/);
  });

  it('where the defaults did not run, does not speak of being faster than them', () => {
    const reason = 'The default configuration fails here or breaks a constraint, so there is nothing to compare with.';
    const text = summary({ speedup: null, reason });
    expect(text).toContain(reason);
    expect(text).not.toMatch(/Nothing was shown/);
  });
});

it('rateText shows limits where there are any', () => {
  expect(rateText({ estimate: 12.34, low: 12, high: 13, level: 0.95, n: 5 })).toBe('12.3 tok/s (12.0 to 13.0)');
  expect(rateText({ estimate: 12.34, low: null, high: null, level: 0.95, n: 1 })).toBe('12.3 tok/s');
});
