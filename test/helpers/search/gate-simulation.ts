import { gaussian, type Random, randomStream } from '../../../src/core/random.js';
import { type GateOutcome, type GatePair, gateVerdict } from '../../../src/sweeps/gate/paired.js';
import { DEFAULT_GATE_RULE, type GateRule } from '../../../src/sweeps/gate/rule.js';
import { type PairOrder, pairOrder } from '../../../src/sweeps/trials/pair-order.js';
import { NOISE_MODELS, type Noise } from './noise.js';

/** Makes the noise of one gate's trials, given the stream of its random numbers. `position` 1 is the second run of a pair. */
export type TrialNoise = (random: Random) => (position: 0 | 1) => number;

const anywhere =
  (model: (random: Random) => Noise): TrialNoise =>
  (random) => {
    const next = model(random);
    return () => next();
  };

/** The five noise models, one where the second run of a pair is 2 % slower (a warm CPU, a filled cache), and two where the place in a pair weighs more than any loss. */
export const GATE_NOISES: Readonly<Record<string, TrialNoise>> = {
  ...Object.fromEntries(Object.entries(NOISE_MODELS).map(([name, model]) => [name, anywhere(model)])),
  'second run 2 % slower': (random) => (position) => 0.03 * gaussian(random) - 0.02 * position,
  'first run 10 % slower': (random) => (position) => 0.03 * gaussian(random) - 0.1 * (1 - position),
  'every other trial ±6 %': (random) => {
    const sign = random() < 0.5 ? 1 : -1;
    return (position) => 0.02 * gaussian(random) + sign * (position === 0 ? 0.06 : -0.06);
  },
};

export const evenNoise =
  (sdOfDifferences: number): TrialNoise =>
  (random) =>
  () =>
    (sdOfDifferences / Math.SQRT2) * gaussian(random);

export type Simulation = {
  noise: TrialNoise;
  gates: number;
  seed: number;
  rule?: Partial<GateRule>;
  /** True change of the candidate, a share: −0.08 is 8 % slower. */
  change?: number;
  coin?: (random: Random) => PairOrder;
  /** False keeps from the rule which arm came first. */
  tellsOrder?: boolean;
};

const METRIC = { name: 'rate', better: 'higher' } as const;

/** Shares of the verdicts over many seeded gates on the shipped rule, and the mean number of pairs. */
export function simulateGates(simulation: Simulation): Record<GateOutcome, number> & { meanPairs: number } {
  const { noise, gates, seed, rule = {}, change = 0, coin = pairOrder, tellsOrder = true } = simulation;
  const count = { PASS: 0, FAIL: 0, INCONCLUSIVE: 0, INVALID: 0, meanPairs: 0 };
  const pairs = Math.max(...(rule.looks ?? DEFAULT_GATE_RULE.looks));
  for (let gate = 0; gate < gates; gate++) {
    const random = randomStream(seed + gate, 'gate');
    const next = noise(random);
    const measured = Array.from({ length: pairs }, () => measurePair(next, coin(random), change));
    const seen = tellsOrder ? measured : measured.map(({ order, ...pair }) => pair);
    const verdict = gateVerdict(seen, { metrics: [METRIC], ...rule });
    count[verdict.verdict] += 1 / gates;
    count.meanPairs += verdict.metrics.rate!.pairs / gates;
  }
  return count;
}

function measurePair(next: (position: 0 | 1) => number, order: PairOrder, change: number): GatePair {
  const [first, second] = [next(0), next(1)];
  const [a, b] = order === 'AB' ? [first, second] : [second, first];
  return { baseline: { rate: Math.exp(a) }, candidate: { rate: Math.exp(b) * (1 + change) }, order };
}
