import { candidateLabel } from '../../core/candidate.js';
import type { FleetTask } from '../../core/fleet.js';
import type { Across, FleetKindSummary, FleetSummary, MachineScore } from '../../core/fleet-summary.js';
import { csvTable } from '../csv.js';
import type { ReportFile } from '../reporter.js';

type KindRow = { task: FleetTask; kind: FleetKindSummary };
type MachineRow = KindRow & { machine: MachineScore };

/** Two tables for a spreadsheet: `kinds.csv` and `machines.csv`. Units are in the column names. */
export function fleetCsv({ tasks, currency }: FleetSummary): ReportFile[] {
  const kinds = tasks.flatMap(({ task, kinds: own }): KindRow[] => own.map((kind) => ({ task, kind })));
  const machines = kinds.flatMap((row): MachineRow[] =>
    row.kind.spread.machines.map((machine) => ({ ...row, machine })),
  );
  return [
    { name: 'kinds.csv', data: csvTable(kindColumns(currency), kinds) },
    { name: 'machines.csv', data: csvTable(MACHINE_COLUMNS, machines) },
  ];
}

const acrossColumns = (name: string, pick: (kind: FleetKindSummary) => Across | null) => ({
  [name]: ({ kind }: KindRow) => pick(kind)?.median,
  [`${name}_low`]: ({ kind }: KindRow) => pick(kind)?.low,
  [`${name}_high`]: ({ kind }: KindRow) => pick(kind)?.high,
});

const TASK_COLUMNS = {
  model: ({ task }: KindRow) => task.model,
  weights: ({ task }: KindRow) => task.weights,
  kind: ({ kind }: KindRow) => kind.kind,
  kind_name: ({ kind }: KindRow) => kind.name,
};

const kindColumns = (currency: string | null) => ({
  ...TASK_COLUMNS,
  machines: ({ kind }: KindRow) => kind.machines,
  configuration: ({ kind }: KindRow) => kind.best.candidateId,
  label: ({ kind }: KindRow) => candidateLabel(kind.best.candidate),
  engine: ({ kind }: KindRow) => kind.best.engine,
  ...acrossColumns('generated_tok_per_s', ({ best }) => best.generatedTokensPerSecond),
  ...acrossColumns('decode_tok_per_s', ({ best }) => best.decodeTokensPerSecond),
  ...acrossColumns('prefill_tok_per_s', ({ best }) => best.prefillTokensPerSecond),
  ...acrossColumns('ttft_ms', ({ best }) => best.ttftMs),
  peak_rss_bytes: ({ kind }: KindRow) => kind.best.peakRssBytes,
  energy_j_per_token: ({ kind }: KindRow) => kind.best.energyJoulesPerToken?.median,
  currency: () => currency,
  price_per_hour: ({ kind }: KindRow) => kind.price?.perHour,
  price_per_million_tokens: ({ kind }: KindRow) => kind.price?.perMillion,
  price_per_million_tokens_busy: ({ kind }: KindRow) => kind.price?.perMillionBusy,
  on_frontier: ({ kind }: KindRow) => kind.price?.isOnFrontier,
});

const MACHINE_COLUMNS = {
  ...TASK_COLUMNS,
  machine: ({ machine }: MachineRow) => machine.node,
  ratio_to_kind_median: ({ machine }: MachineRow) => machine.ratio,
  verdict: ({ machine }: MachineRow) => machine.verdict,
  kernel: ({ machine }: MachineRow) => machine.soft.kernel,
  microcode: ({ machine }: MachineRow) => machine.soft.microcode,
  hypervisor: ({ machine }: MachineRow) => machine.soft.hypervisor,
  governor: ({ machine }: MachineRow) => machine.soft.governor,
};
