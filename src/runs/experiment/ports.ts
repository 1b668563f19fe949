import type { Block, Trial } from '../../core/experiment.js';
import type { Measurement, Outcome } from '../../core/outcome.js';
import type { Clock } from '../../core/ports.js';
import type { OutcomeLog } from '../../store/outcome-log.js';
import { openLedger } from '../../sweeps/trials/ledger.js';
import type { Context } from '../context.js';
import { createMeasure, type MeasureSettings } from './measure.js';
import { type Progress, trackProgress } from './progress.js';

/** What the block loop works with. */
export type ExperimentPorts = {
  measure(trial: Trial): Promise<Measurement>;
  /** `append` must have stored the outcome for good when it returns: only then is the next trial asked for. */
  log: Pick<OutcomeLog, 'outcomes' | 'append'>;
  /** Time left of the budget, ms; infinite without one. */
  leftMs(): number;
  onTrial(trial: Trial): void;
  onOutcome(outcome: Outcome): void;
  /** A block is run again because something outside the workload disturbed it. */
  onRepeat(block: Block, reasons: readonly string[]): void;
  clock: Clock;
  signal: AbortSignal;
};

export type PortSettings = MeasureSettings & {
  log: ExperimentPorts['log'];
  /** What to expect, for the progress. */
  expected?: { trials: number; ms: number };
  /** What trials of the log may take together, ms, and which of them count; null without a limit. */
  budget?: { limitMs: number; counts: (outcome: Outcome) => boolean } | null;
  /** Another way to tell of a trial than by its number. */
  onTrial?: (trial: Trial) => void;
};

/** The account of an experiment, from its log: it holds for a run that goes on, too. */
export function leftOf(log: readonly Outcome[], budget: PortSettings['budget']): number {
  const ledger = openLedger(budget?.limitMs ?? null);
  for (const outcome of log) if (budget?.counts(outcome)) ledger.pay(outcome.wallMs);
  return ledger.left();
}

/** Real children, the folder's log, and events. */
export function openPorts(settings: PortSettings, context: Context): ExperimentPorts {
  const { log, budget = null, expected } = settings;
  const { clock, signal, emit } = context;
  const progress: Progress | null = expected ? trackProgress(emit, expected) : null;
  return {
    measure: createMeasure(settings, context),
    log,
    leftMs: () => leftOf(log.outcomes, budget),
    onTrial: settings.onTrial ?? ((trial) => progress?.start(trial)),
    onOutcome: ({ wallMs }) => progress?.done(wallMs),
    onRepeat: ({ phase, number }, reasons) => emit({ type: 'repeat', phase, block: number, reasons }),
    clock,
    signal,
  };
}
