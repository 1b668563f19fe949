import type { Measurement, Metrics } from '../core/outcome.js';
import type { ChildEnd, ChildReport } from './child-end.js';
import type { Verdict } from './classify.js';
import type { TrialRequest } from './protocol.js';
import { computeMetrics } from './timing.js';
import { isPlacedAsAsked } from './trial-numa.js';

/** First and last third of the chunks differ by more than this: the decode was not steady. */
const STEADY_DRIFT = 0.05;
/** Steal above this share of the machine's CPU time is noted (measurement.md: a veto signal). */
const BUSY_STEAL = 0.02;

/** Below this share of its memory a process has only pages in swap that it never touches. */
const SWAPPED_SHARE = 0.01;

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function flagsOf(metrics: Metrics, request: TrialRequest, report: ChildReport): Measurement['flags'] {
  const resources = report.done!.resources;
  const third = Math.max(1, Math.floor(metrics.decodeChunkRates.length / 3));
  const drift = Math.abs(
    mean(metrics.decodeChunkRates.slice(-third)) / mean(metrics.decodeChunkRates.slice(0, third)) - 1,
  );
  const flags: Measurement['flags'] = [];
  if ((resources.throttledPeriods ?? 0) > 0) flags.push('quota-throttled');
  if (drift > STEADY_DRIFT) flags.push('not-steady');
  if ((resources.stealShare ?? 0) > BUSY_STEAL) flags.push('machine-busy');
  if ((resources.swapBytes ?? 0) > SWAPPED_SHARE * (resources.peakRssBytes ?? Number.POSITIVE_INFINITY))
    flags.push('swapping');
  if (!isPlacedAsAsked(request.candidate.binding, report.done!.effective.nodeBytes ?? null))
    flags.push('unverified-memory');
  return flags;
}

/** Joins what the child said and how it ended into the record of a trial. */
export function toMeasurement(
  request: TrialRequest,
  report: ChildReport,
  end: ChildEnd,
  verdict: Verdict,
): Measurement {
  const measured = verdict.status === 'measured';
  const done = measured ? report.done! : null;
  const metrics = done ? computeMetrics(request.workload, done.samples, done.resources) : null;
  return {
    status: verdict.status,
    reason: verdict.reason,
    stderrTail: measured || end.stderr === '' ? null : end.stderr.slice(-2000),
    metrics,
    samples: done?.samples ?? null,
    resources: done?.resources ?? null,
    effective: report.effective,
    sentinels: null,
    flags: metrics ? flagsOf(metrics, request, report) : [],
  };
}
