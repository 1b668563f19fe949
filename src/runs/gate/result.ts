import { EXIT } from '../../core/errors.js';
import type { GateResult } from '../../core/gate.js';

export type { GatePairRecord, GateResult } from '../../core/gate.js';

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
