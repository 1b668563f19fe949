import type { Block } from '../../core/experiment.js';
import type { Outcome } from '../../core/outcome.js';
import type { Plan } from '../../core/run-result.js';
import { type Judge, toldResult } from '../../sweeps/results/trial-result.js';
import { confirmTrials, FEWEST_PAIRS } from '../../sweeps/search/confirm.js';
import type { SearchSession } from '../../sweeps/search/session.js';
import { countedInBlock } from '../../sweeps/trials/void-blocks.js';
import type { Source } from '../experiment/run-blocks.js';
import { isBesideNeighbour } from './neighbour.js';
import { planArms } from './plan-arms.js';

/** Trials of the search itself: pilots chose how it was planned, and its budget begins after them. */
export const isOfSearch = (outcome: Outcome): boolean => !isPilot(outcome) && !isBesideNeighbour(outcome);
export const isPilot = ({ phase }: Outcome): boolean => phase === 'calibrate';

/** A disturbed block of the race tells less than a quiet one, a run without a confirmation nothing: the shortest is kept back. */
const reserveOf =
  ({ references }: Plan) =>
  (trialMs: number): number =>
    trialMs * confirmTrials(FEWEST_PAIRS, references?.length ?? 0);

/** The batches of a search as blocks: it is told what was measured before it is asked for the next. */
export function searchSource(session: SearchSession, judge: Judge): Source {
  const { plan } = judge;
  const armOf = planArms(plan);
  let running: Block | null = null;
  const nextBlock = (log: readonly Outcome[]): Block | null => {
    const asks = session.ask();
    if (asks.length === 0) return null;
    const { phase, block: number, fidelity } = asks[0]!;
    const missing = asks.map(({ id }) => armOf(id, fidelity));
    // Those that an earlier process measured come first: they were asked for first.
    const earlier = countedInBlock(log, { phase, number, arms: missing });
    const arms = [...earlier.map((o) => armOf(o.candidateId, fidelity)), ...missing];
    return { phase, number, arms, ...(phase === 'race' ? { reserveMs: reserveOf(plan) } : {}) };
  };
  return {
    plannedTrials: plan.expectedTrials,
    owns: isOfSearch,
    next(log) {
      if (running) for (const outcome of countedInBlock(log, running)) session.tell(toldResult(outcome, log, judge));
      running = nextBlock(log);
      return running;
    },
  };
}
