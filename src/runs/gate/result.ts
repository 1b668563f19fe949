import { EXIT } from '../../core/errors.js';
import type { Outcome } from '../../core/outcome.js';
import type { Profile } from '../../core/profile.js';
import type { ExactVerdict } from '../../sweeps/gate/exact.js';
import type { GateOutcome, GateVerdict } from '../../sweeps/gate/paired.js';
import type { StoredVerdict } from '../../sweeps/gate/stored.js';
import type { Preflight } from '../experiment/wait-for-quiet.js';

export type GatePairRecord = {
  pair: number;
  order: 'AB' | 'BA';
  isVoid: boolean;
  voidReasons: string[];
  baseline: Outcome;
  candidate: Outcome;
};

/** gate.json: the verdict with everything it rests on. */
export type GateResult = {
  schemaVersion: 1;
  kind: 'r1-tune/gate';
  mode: 'paired' | 'stored' | 'exact';
  verdict: GateOutcome;
  isBlocking: boolean;
  reasons: string[];
  margin: number;
  alpha: number;
  /** What the machine was like before the first pair; null where nobody looked. */
  preflight: Preflight | null;
  /** Seed of the coins: `--seed` tosses them again. */
  seed: number;
  metrics: string[];
  baseline: Profile;
  candidate: Profile;
  paired: GateVerdict | null;
  stored: Record<string, StoredVerdict> | null;
  exact: ExactVerdict | null;
  pairs: GatePairRecord[];
  startedAt: string;
  finishedAt: string;
};

/** What a build asks of a gate that could not decide. */
export type Strictness = {
  /** Inconclusive is a failure. */
  strict: boolean;
  /** No verdict is a failure, whatever the reason. */
  requireVerdict: boolean;
};

/**
 * 0 pass, 1 regression, 3 no verdict because of the environment, 4 inconclusive with --strict, or no verdict with
 * --require-verdict. Advisory verdicts never fail a build.
 */
export function gateExit({ verdict, isBlocking }: GateResult, { strict, requireVerdict }: Strictness): number {
  if (verdict === 'PASS') return EXIT.ok;
  if (verdict === 'FAIL') return isBlocking ? EXIT.negative : EXIT.ok;
  if (requireVerdict) return EXIT.inconclusive;
  if (verdict === 'INVALID') return EXIT.environment;
  return strict ? EXIT.inconclusive : EXIT.ok;
}
