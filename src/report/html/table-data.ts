import { speedOf } from '../../core/answer-speed.js';
import type { Interval } from '../../core/interval.js';
import type { Outcome, OutcomeStatus, TrialPhase } from '../../core/outcome.js';
import type { Configuration, Plan } from '../../core/run-result.js';
import type { FormatName } from '../page/format.js';
import { speedKey } from '../texts/answer-text.js';
import { TEXTS, type TextKey } from '../texts/index.js';
import type { Text } from '../texts/text.js';
import { labelText } from '../view/label.js';
import type { ReportView } from '../view/view.js';
import { dataText } from './html.js';
import { PARETO } from './quantization-section.js';

/**
 * The two big tables as compact data. A cell is a number, a text, an estimate with its limits, or null.
 * `kind: 'configuration'` cells are places in `labels`, so that a name is stored once and not once a trial.
 */
export type TableData = { columns: TableColumn[]; rows: Cell[][]; labels: Text[]; filters: string[] };
export type TableColumn = {
  key: TextKey;
  kind: 'number' | 'count' | 'estimate' | 'text' | 'configuration' | 'key';
  digits?: number;
  format?: FormatName;
};
/** An estimate: the number, its limits, and the trials behind it (0 for one that is exact). */
type Cell = number | string | null | [number, number | null, number | null, number];

export const estimate = (interval: Interval | null): Cell =>
  interval && [round(interval.estimate), round(interval.low), round(interval.high), interval.n];

/** A millionth is beyond every clock and counter here, and shorter in the file. */
const round = <T extends number | null>(value: T): T => (value === null ? null : Number(value.toPrecision(7))) as T;

const configurationColumns = (plan: Plan): TableColumn[] => [
  { key: 'colConfiguration', kind: 'configuration' },
  { key: 'colAgainstDefault', kind: 'estimate', format: 'change' },
  { key: speedKey(plan), kind: 'estimate', format: 'rate' },
  { key: 'colDecode', kind: 'estimate' },
  { key: 'colPrefill', kind: 'estimate' },
  { key: 'colTtft', kind: 'estimate' },
  { key: 'colRss', kind: 'count' },
  { key: 'colLoad', kind: 'estimate' },
  { key: 'colTrials', kind: 'count' },
  { key: 'colPareto', kind: 'key' },
  { key: 'colNote', kind: 'text' },
];

export function configurationTable({ run }: ReportView): TableData {
  const { configurations } = run;
  return {
    columns: configurationColumns(run.plan),
    rows: configurations.map((one, index) => [
      index,
      one.isDefault ? [1, null, null, 0] : estimate(one.vsDefault),
      estimate(speedOf(one, run.plan)),
      estimate(one.decodeTokensPerSecond),
      estimate(one.prefillTokensPerSecond),
      estimate(one.ttftMs),
      mebibytes(one.peakRssBytes),
      estimate(one.loadMs),
      one.trials,
      PARETO[one.pareto],
      remarks(one),
    ]),
    labels: configurations.map(({ candidate }) => labelText(candidate)),
    filters: ['colPareto'],
  };
}

export const mebibytes = (bytes: number | null): number | null =>
  bytes === null ? null : Math.round(bytes / 1024 ** 2);

const remarks = ({ brokenConstraints, failures }: Configuration): string =>
  [...brokenConstraints, ...failures.map(({ status, reason, trials }) => `${status}: ${reason} (${trials})`)].join(
    '; ',
  );

const PHASES = {
  bench: 'phaseBench',
  calibrate: 'phaseCalibrate',
  screen: 'phaseScreen',
  refine: 'phaseRefine',
  race: 'phaseRace',
  confirm: 'phaseConfirm',
  neighbour: 'phaseNeighbour',
  gate: 'phaseGate',
  claim: 'phaseClaim',
} as const satisfies Record<TrialPhase, TextKey>;

const STATUSES = {
  measured: 'statusMeasured',
  unsupported: 'statusUnsupported',
  failed: 'statusFailed',
  crashed: 'statusCrashed',
  'timed-out': 'statusTimedOut',
  'out-of-memory': 'statusOutOfMemory',
} as const satisfies Record<OutcomeStatus, TextKey>;

const TRIAL_COLUMNS: TableColumn[] = [
  { key: 'colTrial', kind: 'count' },
  { key: 'colPhase', kind: 'key' },
  { key: 'colBlock', kind: 'count' },
  { key: 'colConfiguration', kind: 'configuration' },
  { key: 'colStatus', kind: 'key' },
  { key: 'colDecode', kind: 'number' },
  { key: 'colPrefill', kind: 'number' },
  { key: 'colTtft', kind: 'number' },
  { key: 'colItl50', kind: 'number' },
  { key: 'colItl95', kind: 'number' },
  { key: 'colRss', kind: 'count' },
  { key: 'colLoad', kind: 'number' },
  { key: 'colCpu', kind: 'number' },
  { key: 'colSteal', kind: 'number', digits: 2 },
  { key: 'colFlags', kind: 'text' },
];

export function trialTable({ run }: ReportView): TableData {
  const places = new Map<string, number>();
  const labels: Text[] = [];
  const outcomes = [...run.outcomes, ...(run.neighbour?.outcomes ?? [])];
  for (const { candidateId, candidate } of outcomes)
    if (!places.has(candidateId)) places.set(candidateId, labels.push(labelText(candidate)) - 1);
  return {
    columns: TRIAL_COLUMNS,
    rows: outcomes.map((outcome) => trialRow(outcome, places.get(outcome.candidateId)!)),
    labels,
    filters: ['colPhase', 'colStatus'],
  };
}

function trialRow(outcome: Outcome, label: number): Cell[] {
  const { metrics, resources } = outcome;
  const steal = resources?.stealShare ?? null;
  return [
    outcome.trial,
    PHASES[outcome.phase],
    outcome.block,
    label,
    outcome.voided ? 'statusVoided' : STATUSES[outcome.status],
    round(metrics?.decodeTokensPerSecond ?? null),
    round(metrics?.prefillTokensPerSecond ?? null),
    round(metrics?.ttftMs ?? null),
    round(metrics?.itlMs.p50 ?? null),
    round(metrics?.itlMs.p95 ?? null),
    mebibytes(metrics?.peakRssBytes ?? null),
    round(metrics?.loadMs ?? null),
    round(metrics?.cpuPercent ?? null),
    steal === null ? null : round(steal * 100),
    outcome.flags.join(' '),
  ];
}

/** What a row opens to, one JSON document a line, read only when it is opened: a long run has millions of samples. */
export function trialDetails({ run }: ReportView): string {
  return run.outcomes
    .map(({ samples, effective, resources, reason, stderrTail }) =>
      dataText({
        decodeMs: samples?.decodeMs.map(round) ?? [],
        warmUpTokenMs: samples?.warmUpTokenMs.map(round) ?? [],
        ...{ effective, resources, reason, stderrTail },
      }),
    )
    .join('\n');
}

/** Texts that the page's own scripts show. */
const PAGE_KEYS = [
  ...['search', 'searchHint', 'all', 'shown', 'previous', 'next', 'pageOf', 'noRows', 'open', 'close', 'sortHint'],
  ...['detailSamples', 'detailWarmUp', 'detailEffective', 'detailResources', 'detailReason', 'detailStderr'],
  ...[
    'copied',
    'copyLabel',
    'configurations',
    'trials',
    'paretoOptimal',
    'paretoPossible',
    'paretoDominated',
    'paretoNone',
    'statusVoided',
    ...Object.values(PHASES),
    ...Object.values(STATUSES),
  ],
] as TextKey[];

export const pageTexts = ({ run }: ReportView): Record<string, Text> =>
  scriptTexts([...configurationColumns(run.plan), ...TRIAL_COLUMNS].map(({ key }) => key));

/** The texts of every page's scripts, and those of some further keys. */
export const scriptTexts = (keys: readonly TextKey[]): Record<string, Text> =>
  Object.fromEntries([...new Set([...PAGE_KEYS, ...keys])].map((key) => [key, TEXTS[key]]));
