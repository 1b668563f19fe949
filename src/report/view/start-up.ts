import type { Interval } from '../../core/interval.js';
import type { Outcome } from '../../core/outcome.js';
import type { RunResult } from '../../core/run-result.js';
import { quantile } from './quantile.js';
import type { QuantRow } from './quantization.js';

export type LoadRow = { backend: string; quant: string; fileBytes: number | null; loadMs: Interval };

/** A discarded warm-up decode step over the steady step of the same trial: 3 is three times slower. */
export type WarmUpStep = { step: number; ratio: number; low: number; high: number; trials: number };
export type WarmUpCurve = { backend: string; steps: WarmUpStep[]; steadyAfter: number | null };

export type StartUp = { loads: LoadRow[]; warmUps: WarmUpCurve[]; coldFirstToken: ColdStart[] };
export type ColdStart = { backend: string; firstTokenMs: number; low: number; high: number; trials: number };

/** A step within this of the steady one is warm: the usual trial-to-trial noise. */
const WARM = 1.1;
/** More steps than this say nothing that the first ones do not. */
const MOST_STEPS = 64;

export function startUp(run: RunResult, rows: readonly QuantRow[]): StartUp {
  const backends = [...new Set(run.configurations.map(({ candidate }) => candidate.backend))];
  const measured = run.outcomes.filter((outcome) => outcome.samples && outcome.metrics && !outcome.voided);
  return {
    loads: rows.flatMap(({ best, backend, quant, fileBytes }) =>
      best?.loadMs ? [{ backend, quant, fileBytes, loadMs: best.loadMs }] : [],
    ),
    warmUps: backends.map((backend) => warmUp(backend, measured)).filter(({ steps }) => steps.length > 0),
    coldFirstToken: backends.flatMap((backend) => coldStart(backend, measured)),
  };
}

function warmUp(backend: string, outcomes: readonly Outcome[]): WarmUpCurve {
  const mine = outcomes.filter(({ candidate }) => candidate.backend === backend);
  const longest = Math.min(
    MOST_STEPS,
    mine.reduce((most, one) => Math.max(most, one.samples!.warmUpTokenMs.length), 0),
  );
  const steps = Array.from({ length: longest }, (_, index) => {
    const ratios = mine.flatMap(({ samples, metrics }) => {
      const ms = samples!.warmUpTokenMs[index];
      return ms === undefined || metrics!.itlMs.p50 === 0 ? [] : [ms / metrics!.itlMs.p50];
    });
    const at = quantile(ratios);
    return { step: index + 1, ratio: at(0.5), low: at(0.25), high: at(0.75), trials: ratios.length };
  });
  const lastCold = steps.findLastIndex((step) => step.ratio > WARM);
  return { backend, steps, steadyAfter: lastCold === steps.length - 1 ? null : lastCold + 1 };
}

function coldStart(backend: string, outcomes: readonly Outcome[]): ColdStart[] {
  const times = outcomes
    .filter(({ candidate }) => candidate.backend === backend)
    .flatMap(({ samples }) => samples!.firstTokenAfterLoadMs ?? []);
  if (times.length === 0) return [];
  const at = quantile(times);
  return [{ backend, firstTokenMs: at(0.5), low: at(0.25), high: at(0.75), trials: times.length }];
}
