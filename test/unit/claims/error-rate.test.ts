import { describe, expect, it } from 'vitest';
import type { Claim, ClaimFacts } from '../../../src/claims/claim.js';
import { openMpVariables } from '../../../src/claims/claims/02-openmp-variables.js';
import { binding } from '../../../src/claims/claims/03-binding.js';
import { allocators } from '../../../src/claims/claims/06-allocators.js';
import { concludeClaim } from '../../../src/claims/conclude.js';
import type { Design } from '../../../src/claims/design.js';
import { comparisonLevel, ERROR_RATE, fewestBlocks } from '../../../src/claims/error-rate.js';
import { neededBlocks } from '../../../src/claims/schedule.js';
import type { Verdict } from '../../../src/core/claims.js';
import type { Arm } from '../../../src/core/experiment.js';
import { randomStream } from '../../../src/core/random.js';
import { CLAIM_STATISTICS } from '../../../src/runs/claims/statistics.js';
import { ratioInterval } from '../../../src/stats/hodges-lehmann.js';
import { claimFacts } from '../../helpers/claims/claim-facts.js';
import { simulateClaim, type Truth } from '../../helpers/claims/claim-trials.js';
import { rateAtMost, repetitions } from '../../helpers/rates.js';
import { NOISE_MODELS } from '../../helpers/search/noise.js';

/**
 * The promised rate, on the shipped designs and rules: an arm against itself gets another verdict than "no difference" in
 * at most 5 % of experiments, give or take three standard errors.
 */
const EXPERIMENTS = repetitions(2000, 300);
const AT_MOST = rateAtMost(ERROR_RATE, EXPERIMENTS);

const facts = claimFacts();
const designOf = (claim: Claim, given: ClaimFacts = facts): Design => claim.design(given) as Design;

type Experiment = { claim: Claim; noise: keyof typeof NOISE_MODELS; truth?: (arm: Arm) => Truth; extra?: number };

/** Shares of the verdicts over seeded experiments. */
function verdictShares({ claim, noise, truth = () => ({}), extra = 0 }: Experiment, experiments = EXPERIMENTS) {
  const design = designOf(claim);
  const shares: Record<Verdict, number> = { holds: 0, 'does-not-hold': 0, 'no-difference': 0, 'cannot-test': 0 };
  const blocks = neededBlocks(design) + extra;
  for (let seed = 0; seed < experiments; seed++) {
    const trials = simulateClaim(design, {
      blocks,
      truth,
      noise: NOISE_MODELS[noise](randomStream(seed, 'noise')),
      order: randomStream(seed, 'order'),
    });
    const conduct = { trials, failed: [], blocksPlanned: blocks, blocksRepeated: 0, wallMs: 0 };
    shares[concludeClaim(claim, design, conduct, facts, CLAIM_STATISTICS).verdict] += 1 / experiments;
  }
  return shares;
}

const NOISES = Object.keys(NOISE_MODELS) as (keyof typeof NOISE_MODELS)[];

describe.each([openMpVariables, allocators])('claim $number, its arms against themselves', (claim) => {
  it.each(NOISES)(
    'gives "no difference" in 95 of 100 experiments, noise "%s"',
    (noise) => {
      const shares = verdictShares({ claim, noise });
      expect(shares['cannot-test']).toBe(0);
      expect(1 - shares['no-difference']).toBeLessThanOrEqual(AT_MOST);
    },
    60_000,
  );

  it('keeps the rate with more blocks than it needs', () => {
    const shares = verdictShares({ claim, noise: 'all', extra: 4 });
    expect(1 - shares['no-difference']).toBeLessThanOrEqual(AT_MOST);
  }, 60_000);
});

describe('what is there is found', () => {
  it('variables that halve the threads', () => {
    const halved = (arm: Arm): Truth => (arm.name.endsWith(', set') ? { decode: 11, busyCpus: 1 } : {});
    expect(verdictShares({ claim: openMpVariables, noise: 'even 3 %', truth: halved }, 200).holds).toBeCloseTo(1, 9);
  });

  it('allocators that save 9 %', () => {
    const saving = (arm: Arm): Truth => (arm.name.includes('glibc') ? {} : { rssBytes: 1.5e9 * 0.91 });
    expect(verdictShares({ claim: allocators, noise: 'even 3 %', truth: saving }, 200).holds).toBeGreaterThan(0.9);
  });

  it('allocators that cost 10 %', () => {
    const costing = (arm: Arm): Truth => (arm.name.includes('glibc') ? {} : { rssBytes: 1.5e9 * 1.1 });
    const shares = verdictShares({ claim: allocators, noise: 'even 3 %', truth: costing }, 200);
    expect(shares['does-not-hold']).toBeGreaterThan(0.9);
  });

  it('a binding that lowers jitter beside a busy process and costs nothing', () => {
    const calmer = (arm: Arm): Truth => (arm.name === 'bound, beside a busy process' ? { itlSpread: 0.02 } : {});
    expect(verdictShares({ claim: binding, noise: 'even 3 %', truth: calmer }, 200).holds).toBeGreaterThan(0.95);
  });
});

describe('the fewest blocks', () => {
  it.each([1, 2, 3, 4, 6, 8, 12])('of %i deciding comparisons are just enough for an interval', (deciding) => {
    const level = comparisonLevel(deciding);
    const logs = (count: number): number[] => Array.from({ length: count }, (_, i) => 0.01 * (i + 1));
    const n = fewestBlocks(deciding);
    expect(ratioInterval(logs(n), level).low).not.toBeNull();
    expect(ratioInterval(logs(n - 1), level).low).toBeNull();
  });

  it('a mutant without the shared error rate breaks the promise', () => {
    const design = designOf(allocators);
    let other = 0;
    for (let seed = 0; seed < EXPERIMENTS; seed++) {
      const alone = { ...design, comparisons: design.comparisons.map((c) => ({ ...c, decides: false })) };
      const trials = simulateClaim(alone, {
        blocks: 8,
        truth: () => ({}),
        noise: NOISE_MODELS['even 3 %'](randomStream(seed, 'noise')),
        order: randomStream(seed, 'order'),
      });
      const conduct = { trials, failed: [], blocksPlanned: 8, blocksRepeated: 0, wallMs: 0 };
      const { contrasts } = concludeClaim(allocators, alone, conduct, facts, CLAIM_STATISTICS);
      const memory = contrasts.filter((c) => c.metric.startsWith('memory'));
      if (memory.some((c) => c.verdict !== 'no-difference')) other++;
    }
    expect(other / EXPERIMENTS).toBeGreaterThan(AT_MOST);
  }, 60_000);
});
