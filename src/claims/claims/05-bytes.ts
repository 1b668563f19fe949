import { backendOf } from '../../core/backend-of.js';
import type { FactRow } from '../../core/claims.js';
import type { ModelFile } from '../../core/model.js';
import { rooflineShare } from '../../core/roofline.js';
import { absentBackends, armOf, shortTrace } from '../arms.js';
import type { Claim, ClaimFacts } from '../claim.js';
import { combineContrasts } from '../conclusion.js';
import type { Comparison } from '../design.js';
import type { Evidence } from '../evidence.js';
import { about } from '../expectation.js';

/** Bits a weight that the claim speaks of, by the levels that stand for them, best known first. */
const TIERS = [
  { bits: 16, name: 'FP16', levels: ['f16', 'bf16'] },
  { bits: 8, name: 'INT8', levels: ['q8_0', 'int8'] },
  { bits: 4, name: 'INT4', levels: ['q4_0', 'q4_k_m', 'int4'] },
] as const;
/** "Halves" and "quarters", give or take. Block formats carry a scale, 0.5 bits a weight. */
const TOLERANCE = 0.15;

type Tiered = { model: ModelFile; bits: number; tier: string };

/** One file a tier of a backend, most bits first. */
function tiersOf(facts: ClaimFacts, backend: string): Tiered[] {
  const own = facts.models.filter((model) => backendOf(model) === backend);
  return TIERS.flatMap(({ bits, name, levels }) => {
    const found = levels.map((level) => own.find(({ quant }) => quant === level)).find((file) => file !== undefined);
    return found ? [{ model: found, bits, tier: name }] : [];
  });
}

const armName = ({ model }: Tiered): string => `${backendOf(model)} ${model.quant}`;

function comparisonsOf(reference: Tiered, small: Tiered): Comparison[] {
  const arms = { arm: armName(small), reference: armName(reference) };
  const title = `${armName(small)} over ${reference.model.quant}`;
  const faster = reference.model.bytesPerToken / small.model.bytesPerToken;
  return [
    {
      ...arms,
      name: `${title}, peak memory`,
      metric: 'peakRss',
      expected: { kind: 'size', ...about(small.bits / reference.bits, TOLERANCE) },
      decides: true,
    },
    {
      ...arms,
      name: `${title}, decode`,
      metric: 'decode',
      expected: { kind: 'size', ...about(faster, TOLERANCE) },
      decides: true,
    },
  ];
}

const exact = (estimate: number) => ({ estimate, low: null, high: null, level: 0.95, n: 1 });

/** Size of the file, and how much of the memory bandwidth its decode used. */
function armFacts(evidence: Evidence, facts: ClaimFacts): FactRow[] {
  const bytesPerSecond = facts.machine.bandwidth?.maxBytesPerSecond ?? null;
  return evidence.design.arms.flatMap(({ name, model }): FactRow[] => {
    const rate = evidence.level(name, 'decode');
    const file = { name: `${name}: file`, unit: 'bytes', value: exact(model.sizeBytes), note: null };
    if (!rate || bytesPerSecond === null) return [file];
    const share = (value: number) => rooflineShare(value, model.bytesPerToken, bytesPerSecond);
    const value = {
      ...rate,
      estimate: share(rate.estimate),
      low: rate.low === null ? null : share(rate.low),
      high: rate.high === null ? null : share(rate.high),
    };
    return [
      file,
      {
        name: `${name}: share of the memory bandwidth`,
        unit: '',
        value,
        note: 'decode × bytes a token / bandwidth measured',
      },
    ];
  });
}

export const bytes: Claim = {
  number: 5,
  id: 'bytes',
  statement: 'INT8 halves the memory of FP16, INT4 quarters it, and speed follows the bytes.',
  sources: ['000', '002'],
  rule:
    'Peak memory of each level over the highest against its bits a weight, and decode against the bytes it reads a ' +
    'token, each give or take 15 %. It fails when one of them is shown to be elsewhere. File sizes and the share of the ' +
    'memory bandwidth are reported.',
  design(facts) {
    const backends = [...new Set(facts.models.map(backendOf))];
    const ladders = backends.map((backend) => tiersOf(facts, backend)).filter((tiers) => tiers.length >= 2);
    if (ladders.length === 0) return { cannotTest: 'two levels of 16, 8 and 4 bits on one backend are needed.' };
    const highest = ladders.map((tiers) => tiers[0]!);
    const notes = highest
      .filter((tier) => tier.bits < 16)
      .map((tier) => `${backendOf(tier.model)} has no FP16 file here: compared with ${tier.tier}.`);
    // The largest file decodes slowest: a short trace, since the differences are large.
    const workload = { ...shortTrace(facts), promptTokens: 16, generateTokens: 16, warmUpGenerateTokens: 2 };
    return {
      arms: ladders.flat().map((tier) => armOf(armName(tier), tier.model, facts, { workload })),
      comparisons: ladders.flatMap(([reference, ...rest]) => rest.flatMap((tier) => comparisonsOf(reference!, tier))),
      levels: ['peakRss', 'decode', 'load'],
      notes: [...notes, ...absentBackends(facts)],
    };
  },
  conclude: (evidence, facts) => ({ ...combineContrasts(evidence), facts: armFacts(evidence, facts) }),
};
