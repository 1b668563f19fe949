import type { FactRow, Prices, Verdict } from '../../core/claims.js';
import type { Interval } from '../../core/interval.js';
import { armOf, baseModel, shortTrace } from '../arms.js';
import type { Claim } from '../claim.js';

const MILLION = 1e6;
const SECONDS_PER_HOUR = 3600;
/** Half, give or take a tenth of it. */
const CLAIMED_SHARE = 0.55;
const BATCHED = 4;

const ONE = 'one stream';
const MANY = `${BATCHED} streams`;

/** What an hour of this machine costs: its price, and its power where both watts and their price are given. */
export function hourlyPrice({ pricePerHour, watts, pricePerKwh }: Prices): number | null {
  if (pricePerHour === null) return null;
  return pricePerHour + (watts !== null && pricePerKwh !== null ? (watts / 1000) * pricePerKwh : 0);
}

const perMillion = (pricePerHour: number, tokensPerSecond: number): number =>
  ((pricePerHour / SECONDS_PER_HOUR) * MILLION) / tokensPerSecond;

/** Cost of a million tokens: the interval of a rate, turned over. */
function costOf(rate: Interval, pricePerHour: number): Interval {
  const cost = (value: number | null): number | null => (value === null ? null : perMillion(pricePerHour, value));
  return { ...rate, estimate: cost(rate.estimate)!, low: cost(rate.high), high: cost(rate.low) };
}

export function costVerdict(ratio: Interval): Verdict {
  if (ratio.low === null || ratio.high === null) return 'cannot-test';
  if (ratio.high <= CLAIMED_SHARE) return 'holds';
  return ratio.low > CLAIMED_SHARE ? 'does-not-hold' : 'no-difference';
}

const priceText = (prices: Prices, value: number): string => `${prices.currency}${value.toPrecision(3)}`;

export const halfTheCost: Claim = {
  number: 12,
  id: 'half-the-cost',
  statement: 'A CPU costs half as much as a GPU.',
  sources: ['000'],
  rule:
    'Cost of a million generated tokens with four streams, from your price of this machine and the measured rate, over ' +
    'that of the GPU machine from your figures. It holds at 0.55 or less. Both machines are taken as busy all the time.',
  design(facts) {
    if (hourlyPrice(facts.prices) === null)
      return {
        cannotTest: 'it needs your prices: --price-per-hour, --gpu-price-per-hour and --gpu-tokens-per-second.',
      };
    const trace = shortTrace(facts);
    const model = baseModel(facts);
    return {
      arms: [
        armOf(ONE, model, facts, { workload: trace }),
        armOf(MANY, model, facts, { workload: trace, candidate: { sequences: BATCHED } }),
      ],
      comparisons: [],
      levels: ['throughput'],
      notes: ['Energy is part of a price only where --watts and --price-per-kwh are given.'],
    };
  },
  conclude(evidence, { prices }) {
    const price = hourlyPrice(prices)!;
    const costs = [ONE, MANY].flatMap((arm): { arm: string; cost: Interval }[] => {
      const rate = evidence.level(arm, 'throughput');
      return rate ? [{ arm, cost: costOf(rate, price) }] : [];
    });
    const facts = costs.map(
      ({ arm, cost }): FactRow => ({
        name: `${arm}: a million generated tokens`,
        unit: prices.currency,
        value: cost,
        note: `at ${priceText(prices, price)} an hour`,
      }),
    );
    const best = costs.at(-1);
    if (!best) return { verdict: 'cannot-test', finding: 'No trial was measured.', facts };
    const here = `A million tokens cost ${priceText(prices, best.cost.estimate)} here with ${best.arm}`;
    if (prices.gpuPricePerHour === null || prices.gpuTokensPerSecond === null)
      return {
        verdict: 'cannot-test',
        finding: `${here}; the GPU's side needs --gpu-price-per-hour and --gpu-tokens-per-second.`,
        facts,
      };
    const gpu = perMillion(prices.gpuPricePerHour, prices.gpuTokensPerSecond);
    const over = (value: number | null): number | null => (value === null ? null : value / gpu);
    const { cost } = best;
    const ratio = { ...cost, estimate: cost.estimate / gpu, low: over(cost.low), high: over(cost.high) };
    return {
      verdict: costVerdict(ratio),
      finding: `${here} and ${priceText(prices, gpu)} on the GPU: ${ratio.estimate.toFixed(2)} of it.`,
      facts: [...facts, { name: 'CPU over GPU', unit: '', value: ratio, note: null }],
    };
  },
};
