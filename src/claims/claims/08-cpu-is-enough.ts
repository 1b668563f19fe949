import type { FactRow, Verdict } from '../../core/claims.js';
import type { Interval } from '../../core/interval.js';
import { GEOMETRIES } from '../../core/model.js';
import { rooflineShare, weightBytesPerToken } from '../../core/roofline.js';
import { formatDuration } from '../../core/units.js';
import { R1_REQUEST, requestSeconds } from '../../core/workload.js';
import { armOf, baseModel, shortTrace } from '../arms.js';
import type { Claim, ClaimFacts, Conclusion } from '../claim.js';
import type { Evidence } from '../evidence.js';
import { combine } from '../expectation.js';

/**
 * The articles' machines. Channels are not given: 192 GB of DDR4 ECC are six or twelve modules, so six channels, of
 * DDR4-2666 or -2933 (the Xeons of that time); an i5-12400F board has two of DDR4-3200. 8 bytes a transfer.
 */
const SERVER = { bytesPerSecond: { low: 6 * 2666e6 * 8, high: 6 * 2933e6 * 8 }, bytesPerToken: 3.5e9, claimed: 25 };
const DESKTOP = {
  bytesPerSecond: { low: 2 * 3200e6 * 8, high: 2 * 3200e6 * 8 },
  bytesPerToken: weightBytesPerToken(GEOMETRIES['deepseek-r1-distill-qwen-1.5b'], 'q8_0'),
  claimedReplyMs: 1200,
};
/** What reading reaches of the product of channels, rate and width on such machines. */
const ATTAINABLE = { low: 0.7, high: 0.9 };

type Range = { low: number; high: number };
type Known = { low: number; high: number };

/** Decode rate of an article's machine if its engine used as large a share of its bandwidth as ours uses here. */
export const scaledRate = (share: Known, machine: { bytesPerSecond: Range; bytesPerToken: number }): Range => ({
  low: (share.low * machine.bytesPerSecond.low * ATTAINABLE.low) / machine.bytesPerToken,
  high: (share.high * machine.bytesPerSecond.high * ATTAINABLE.high) / machine.bytesPerToken,
});

const rangeText = ({ low, high }: Range, unit: string, digits = 0): string =>
  `${low.toFixed(digits)} to ${high.toFixed(digits)} ${unit}`;

const spanOf = ({ estimate, low, high }: Interval): Known => ({ low: low ?? estimate, high: high ?? estimate });

const range = ({ low, high }: Range, n: number): Interval => ({
  estimate: (low + high) / 2,
  low,
  high,
  level: 0.95,
  n,
});

const armName = (name: string | null, quant: string): string => `${name ?? 'the model'} ${quant}`;

/** Time of one declared request on this machine, from the middle rates. */
function requestHere(evidence: Evidence, arm: string): FactRow[] {
  const [prefill, decode] = [evidence.level(arm, 'prefill'), evidence.level(arm, 'decode')];
  if (!prefill || !decode) return [];
  const { promptTokens, generateTokens } = R1_REQUEST;
  const ms = requestSeconds(R1_REQUEST, prefill.estimate, decode.estimate) * 1000;
  return [
    {
      name: `${arm}: one answer of ${promptTokens} + ${generateTokens} tokens`,
      unit: 'ms',
      value: { estimate: ms, low: null, high: null, level: 0.95, n: decode.n },
      note: 'from prefill and decode rates',
    },
  ];
}

function energyNote(evidence: Evidence, { prices }: ClaimFacts): string {
  const arm = evidence.design.arms[0]!.name;
  const counted = evidence.trials(arm).flatMap((t) => t.metrics?.energyJoulesPerToken ?? []);
  if (counted.length > 0) return `Energy counter: ${Math.min(...counted).toFixed(2)} J a token at best (${arm}).`;
  const rate = evidence.level(arm, 'decode');
  if (prices.watts !== null && rate)
    return `At the given ${prices.watts} W: ${(prices.watts / rate.estimate).toFixed(2)} J a token (${arm}).`;
  return 'The 200 W are not checked: this machine has no readable energy counter (--watts gives a figure of yours).';
}

function judged(evidence: Evidence, bytesPerSecond: number): Conclusion {
  const { design } = evidence;
  const arm = design.arms.findLast(({ name }) => evidence.level(name, 'decode') !== null);
  if (!arm) return { verdict: 'cannot-test', finding: 'No trial was measured.' };
  const rate = evidence.level(arm.name, 'decode')!;
  const span = spanOf(rate);
  const shareOf = (tokensPerSecond: number) => rooflineShare(tokensPerSecond, arm.model.bytesPerToken, bytesPerSecond);
  const share = { low: shareOf(span.low), high: shareOf(span.high) };
  const server = scaledRate(share, SERVER);
  const desktop = scaledRate(share, DESKTOP);
  const needed = (tokensPerSecond: number): number => (tokensPerSecond * SERVER.bytesPerToken) / share.high / 1e9;
  const replyTokens = { low: desktop.low * 1.2, high: desktop.high * 1.2 };
  const replyMs = (R1_REQUEST.generateTokens / desktop.high) * 1000;
  const verdicts: Verdict[] = [
    server.high >= SERVER.claimed ? 'holds' : 'does-not-hold',
    replyMs <= DESKTOP.claimedReplyMs ? 'holds' : 'does-not-hold',
  ];
  const facts: FactRow[] = [
    { name: `${arm.name}: share of the memory bandwidth`, unit: '', value: range(share, rate.n), note: null },
    {
      name: '7B INT4 on 24 cores with six channels of DDR4',
      unit: 'tok/s',
      value: range(server, rate.n),
      note: 'scaled',
    },
    { name: '1.5B INT8 on an i5-12400F with DDR4-3200', unit: 'tok/s', value: range(desktop, rate.n), note: 'scaled' },
  ];
  const finding = [
    `Scaled to 24 cores with six channels of DDR4, 7B INT4 decodes ${rangeText(server, 'tok/s')} (25 to 30 need ${needed(25).toFixed(0)} to ${needed(30).toFixed(0)} GB/s).`,
    `On two channels of DDR4-3200, 1.2 s are ${rangeText(replyTokens, 'tokens')} of 1.5B INT8; a reasoning answer of ${R1_REQUEST.generateTokens} takes ${formatDuration(replyMs)} or more.`,
  ].join(' ');
  return { verdict: combine(verdicts), finding, facts };
}

export const cpuIsEnough: Claim = {
  number: 8,
  id: 'cpu-is-enough',
  statement: 'A CPU is enough: 1.2 s a reply, 25 to 30 tok/s for 7B on 24 cores, 200 W.',
  sources: ['000', '002'],
  rule:
    "Arithmetic on this machine's rates: the share of its memory bandwidth that decode uses, applied to the memory of " +
    "the articles' machines. It fails when 25 tok/s are out of reach there, or when an answer of 1,024 tokens does not " +
    'fit into 1.2 s.',
  design(facts) {
    const base = baseModel(facts);
    const models = facts.larger ? [base, facts.larger] : [base];
    const workload = { ...shortTrace(facts), warmUpGenerateTokens: 2 };
    return {
      arms: models.map((own) => armOf(armName(own.geometryId, own.quant), own, facts, { workload })),
      comparisons: [],
      levels: ['decode', 'prefill', 'peakRss'],
      notes: facts.larger ? [] : [`A 7B model cannot be tested: ${facts.absent.larger ?? 'there is none'}`],
    };
  },
  conclude(evidence, facts) {
    const here = evidence.design.arms.flatMap(({ name }) => requestHere(evidence, name));
    const notes = [energyNote(evidence, facts)];
    const bytesPerSecond = facts.machine.bandwidth?.maxBytesPerSecond ?? null;
    if (bytesPerSecond === null)
      return {
        verdict: 'cannot-test',
        finding: 'Without a measured memory bandwidth nothing can be scaled to another machine.',
        facts: here,
        notes,
      };
    const conclusion = judged(evidence, bytesPerSecond);
    return { ...conclusion, facts: [...here, ...(conclusion.facts ?? [])], notes };
  },
};
