import type { FleetSummary, FleetTaskSummary } from '../../core/fleet-summary.js';
import type { TableColumn, TableData } from '../html/table-data.js';
import type { TextKey } from '../texts/index.js';
import { labelText } from '../view/label.js';
import { verdictKey } from './charts.js';
import { kindNames, machineName, taskText } from './names.js';

const COLUMNS: TableColumn[] = [
  { key: 'colMachine', kind: 'text' },
  { key: 'colKind', kind: 'text' },
  { key: 'model', kind: 'configuration' },
  { key: 'colAgainstKind', kind: 'number', format: 'change' },
  { key: 'colVerdict', kind: 'key' },
  { key: 'colConfiguration', kind: 'configuration' },
  { key: 'colKernel', kind: 'text' },
  { key: 'colMicrocode', kind: 'text' },
];

/** Texts that the table shows. */
export const MACHINE_KEYS: TextKey[] = [
  'fleetMachines',
  ...COLUMNS.map(({ key }) => key),
  ...(['slow', 'fast', 'usual', 'not-tested'] as const).map(verdictKey),
];

/** One row a machine and task; the configuration is the best of its kind. */
export function machineTable({ tasks }: FleetSummary): TableData {
  const labels: TableData['labels'] = [];
  // One task needs no column of its name.
  if (tasks.length === 1) return withoutColumn('model', tableOf(tasks, labels));
  return tableOf(tasks, labels);
}

function withoutColumn(key: TextKey, table: TableData): TableData {
  const place = table.columns.findIndex((column) => column.key === key);
  const isKept = (_: unknown, index: number): boolean => index !== place;
  return { ...table, columns: table.columns.filter(isKept), rows: table.rows.map((row) => row.filter(isKept)) };
}

function tableOf(tasks: readonly FleetTaskSummary[], labels: TableData['labels']): TableData {
  return {
    columns: COLUMNS,
    rows: tasks.flatMap((task) => taskRows(task, labels)),
    labels,
    filters: ['colKind', 'colVerdict'],
  };
}

function taskRows(task: FleetTaskSummary, labels: TableData['labels']): TableData['rows'] {
  const names = kindNames(task);
  const model = labels.push(taskText(task)) - 1;
  return task.kinds.flatMap(({ kind, best, spread }) => {
    const setting = labels.push(labelText(best.candidate)) - 1;
    const name = names.get(kind)!;
    return spread.machines.map(({ node, ratio, verdict, soft }) => [
      machineName(node, name),
      name,
      model,
      Number(ratio.toPrecision(7)),
      verdictKey(verdict),
      setting,
      soft.kernel,
      soft.microcode,
    ]);
  });
}
