import { EXIT } from '../../core/errors.js';
import type { Outcome } from '../../core/outcome.js';
import type { Profile } from '../../core/profile.js';
import type { ExactVerdict } from '../../sweeps/gate-exact.js';
import type { GateOutcome, GateVerdict } from '../../sweeps/gate-paired.js';
import type { StoredVerdict } from '../../sweeps/gate-stored.js';

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

/** 0 pass, 1 regression, 3 invalid environment, 4 inconclusive with --strict. Advisory verdicts never fail a build. */
export function gateExit(result: GateResult, strict: boolean): number {
  if (result.verdict === 'FAIL') return result.isBlocking ? EXIT.negative : EXIT.ok;
  if (result.verdict === 'INVALID') return EXIT.environment;
  if (result.verdict === 'INCONCLUSIVE') return strict ? EXIT.inconclusive : EXIT.ok;
  return EXIT.ok;
}
