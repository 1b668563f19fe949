import type { ExactCheck, ExactVerdict } from '../../core/gate.js';

/** The exact gate: facts that do not wander, so no statistics. A table of getters and operators. */

/** What is known of one side; null where it was not measured. */
export type ExactSubject = {
  peakRssBytes: number | null;
  modelSha256: string | null;
  modelFileBytes: number | null;
  /** The greedy answer to the fixed prompt. */
  greedyTokens: readonly number[] | null;
  /** Share of next tokens equal to the reference precision, 0 to 1. */
  quality: number | null;
};

export type ExactLimits = {
  /** How far peak RSS may grow, a share. Page rounding and arenas move it by a few pages. */
  rssGrowth: number;
  /** The least quality; null takes the baseline's less `qualityLoss`. */
  minQuality: number | null;
  qualityLoss: number;
};

export const DEFAULT_EXACT_LIMITS: ExactLimits = { rssGrowth: 0.02, minQuality: null, qualityLoss: 0.005 };

type Value = number | string;
type Row = {
  name: string;
  operator: ExactCheck['operator'];
  read: (subject: ExactSubject) => Value | null;
  /** What the candidate is held to, from the baseline's value. */
  bound: (baseline: Value | null, limits: ExactLimits) => Value | null;
};

const same = (baseline: Value | null): Value | null => baseline;

const ROWS: readonly Row[] = [
  { name: 'model sha256', operator: 'equal', read: (s) => s.modelSha256, bound: same },
  { name: 'model file bytes', operator: 'equal', read: (s) => s.modelFileBytes, bound: same },
  { name: 'greedy tokens', operator: 'equal', read: (s) => s.greedyTokens?.join(' ') ?? null, bound: same },
  {
    name: 'peak RSS bytes',
    operator: 'at most',
    read: (s) => s.peakRssBytes,
    bound: (baseline, { rssGrowth }) => (baseline === null ? null : Math.round(Number(baseline) * (1 + rssGrowth))),
  },
  {
    name: 'quality',
    operator: 'at least',
    read: (s) => s.quality,
    bound: (baseline, { minQuality, qualityLoss }) =>
      minQuality ?? (baseline === null ? null : Number(baseline) - qualityLoss),
  },
];

const HOLDS: Record<ExactCheck['operator'], (actual: Value, bound: Value) => boolean> = {
  equal: (actual, bound) => actual === bound,
  'at most': (actual, bound) => actual <= bound,
  'at least': (actual, bound) => actual >= bound,
};

/** FAIL when a check is broken, PASS when at least one holds and none is broken, INCONCLUSIVE when nothing could be checked. */
export function exactVerdict(
  baseline: ExactSubject,
  candidate: ExactSubject,
  limits: ExactLimits = DEFAULT_EXACT_LIMITS,
): ExactVerdict {
  const checks = ROWS.map((row) => check(row, baseline, candidate, limits));
  const broken = checks.filter((c) => c.state === 'broken');
  const verdict = broken.length > 0 ? 'FAIL' : checks.some((c) => c.state === 'met') ? 'PASS' : 'INCONCLUSIVE';
  return {
    verdict,
    checks,
    reasons: broken.map((c) => `${c.name} is ${c.actual}, expected ${c.operator} ${c.expected}.`),
  };
}

function check(row: Row, baseline: ExactSubject, candidate: ExactSubject, limits: ExactLimits): ExactCheck {
  const actual = row.read(candidate);
  const bound = row.bound(row.read(baseline), limits);
  const state = actual === null || bound === null ? 'not-known' : HOLDS[row.operator](actual, bound) ? 'met' : 'broken';
  return { name: row.name, operator: row.operator, expected: show(bound), actual: show(actual), state };
}

const LONGEST_SHOWN = 80;
const show = (value: Value | null): string => {
  const text = value === null ? 'not known' : String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
};
