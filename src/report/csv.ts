import { knobDifferences } from '../core/candidate.js';
import type { Interval } from '../core/interval.js';
import type { Outcome } from '../core/outcome.js';
import type { Configuration } from '../core/run-result.js';
import type { ReportFile } from './reporter.js';
import type { ReportView } from './view/view.js';

/** A cell; numbers and booleans are written plainly, null is an empty cell. */
type Cell = string | number | boolean | null | undefined;
type Columns<T> = Record<string, (row: T) => Cell>;

/** Two tables for a spreadsheet: `configurations.csv` and `trials.csv`. Units are in the column names. */
export function csvFiles(view: ReportView): ReportFile[] {
  const { configurations, outcomes } = view.run;
  return [
    { name: 'configurations.csv', data: csvTable(configurationColumns(view), configurations) },
    { name: 'trials.csv', data: csvTable(TRIAL_COLUMNS, outcomes) },
  ];
}

/** RFC 4180 with a byte order mark, without which spreadsheets misread anything beyond ASCII. */
export function csvTable<T>(columns: Columns<T>, rows: readonly T[]): string {
  const lines = rows.map((row) => Object.values(columns).map((cell) => csvCell(cell(row))));
  return `\uFEFF${[Object.keys(columns).map(csvCell), ...lines].map((cells) => `${cells.join(',')}\r\n`).join('')}`;
}

/** Text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection). */
function csvCell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function intervalColumns<T>(name: string, pick: (row: T) => Interval | null): Columns<T> {
  return {
    [name]: (row) => pick(row)?.estimate,
    [`${name}_low`]: (row) => pick(row)?.low,
    [`${name}_high`]: (row) => pick(row)?.high,
  };
}

function configurationColumns(view: ReportView): Columns<Configuration> {
  const costs = new Map(view.costs.map(({ configuration, cost }) => [configuration.candidateId, cost]));
  return {
    configuration: (row) => row.candidateId,
    label: (row) => row.label,
    recommended: (row) => row.candidateId === view.answer.chosen?.candidateId,
    default: (row) => row.isDefault,
    backend: ({ candidate }) => candidate.backend,
    quant: ({ candidate }) => candidate.quant,
    threads: ({ candidate }) => candidate.threads,
    threads_prefill: ({ candidate }) => candidate.threadsBatch ?? candidate.threads,
    binding: ({ candidate }) => candidate.binding.name,
    allocator: ({ candidate }) => candidate.allocator.name,
    changes: ({ candidate }) => knobDifferences(candidate, view.run.plan.defaultCandidate).join(' '),
    trials: (row) => row.trials,
    ...intervalColumns<Configuration>('objective_tok_per_s', (row) => row.objective),
    ...intervalColumns<Configuration>('ratio_to_default', (row) => row.vsDefault),
    ...intervalColumns<Configuration>('decode_tok_per_s', (row) => row.decodeTokensPerSecond),
    ...intervalColumns<Configuration>('prefill_tok_per_s', (row) => row.prefillTokensPerSecond),
    ...intervalColumns<Configuration>('ttft_ms', (row) => row.ttftMs),
    ...intervalColumns<Configuration>('load_ms', (row) => row.loadMs),
    peak_rss_bytes: (row) => row.peakRssBytes,
    cpu_s_per_token: (row) => row.cpuSecondsPerToken,
    energy_j_per_token: (row) => row.energyJoulesPerToken,
    ...intervalColumns<Configuration>(
      'price_per_million_tokens',
      (row) => costs.get(row.candidateId)?.pricePerMillion ?? null,
    ),
    ...intervalColumns<Configuration>(
      'kwh_per_million_tokens',
      (row) => costs.get(row.candidateId)?.kilowattHoursPerMillion ?? null,
    ),
    pareto: (row) => row.pareto,
    meets_constraints: (row) => row.meetsConstraints,
    broken_constraints: (row) => row.brokenConstraints.join('; '),
    failures: (row) => row.failures.map((one) => `${one.status}: ${one.reason} (${one.trials})`).join('; '),
  };
}

const TRIAL_COLUMNS: Columns<Outcome> = {
  trial: (row) => row.trial,
  started_at: (row) => row.startedAt,
  phase: (row) => row.phase,
  block: (row) => row.block,
  position: (row) => row.position,
  voided: (row) => row.voided,
  configuration: (row) => row.candidateId,
  backend: (row) => row.candidate.backend,
  quant: (row) => row.candidate.quant,
  threads: (row) => row.candidate.threads,
  threads_prefill: (row) => row.candidate.threadsBatch ?? row.candidate.threads,
  binding: (row) => row.candidate.binding.name,
  allocator: (row) => row.candidate.allocator.name,
  workload: (row) => row.fidelity,
  status: (row) => row.status,
  reason: (row) => row.reason,
  decode_tok_per_s: (row) => row.metrics?.decodeTokensPerSecond,
  decode_median_chunk_tok_per_s: (row) => row.metrics?.decodeMedianChunkRate,
  prefill_tok_per_s: (row) => row.metrics?.prefillTokensPerSecond,
  ttft_ms: (row) => row.metrics?.ttftMs,
  itl_p50_ms: (row) => row.metrics?.itlMs.p50,
  itl_p90_ms: (row) => row.metrics?.itlMs.p90,
  itl_p95_ms: (row) => row.metrics?.itlMs.p95,
  itl_p99_ms: (row) => row.metrics?.itlMs.p99,
  itl_samples: (row) => row.metrics?.itlMs.samples,
  load_ms: (row) => row.metrics?.loadMs,
  peak_rss_bytes: (row) => row.metrics?.peakRssBytes,
  cpu_percent: (row) => row.metrics?.cpuPercent,
  cpu_s_per_token: (row) => row.metrics?.cpuSecondsPerToken,
  energy_j_per_token: (row) => row.metrics?.energyJoulesPerToken,
  overhead_ms_per_token: (row) => row.metrics?.overheadMsPerToken,
  steal_share: (row) => row.resources?.stealShare,
  throttled_periods: (row) => row.resources?.throttledPeriods,
  wall_ms: (row) => row.wallMs,
  flags: (row) => row.flags.join(' '),
};
