import type { FleetSummary, FleetTaskSummary, MachineScore } from '../../core/fleet-summary.js';
import { percent } from '../charts/percent.js';
import type { ChartSpec, Series } from '../charts/spec.js';
import { t } from '../texts/index.js';
import { same } from '../texts/text.js';
import { kindNames, machineName, priced } from './names.js';

/** Every chart of a fleet's report, in the order of the page. */
export const fleetCharts = ({ tasks }: FleetSummary): ChartSpec[] =>
  tasks.flatMap((task, index) =>
    [frontierChart(task, index), spreadChart(task, index)].filter((chart) => chart !== null),
  );

/** Price of a token against speed, one point a kind. */
export function frontierChart(task: FleetTaskSummary, index: number): ChartSpec | null {
  const kinds = priced(task);
  if (kinds.length < 2) return null;
  const names = kindNames(task);
  const series = [true, false].map((isOnFrontier): Series => {
    const mine = kinds
      .filter(({ price }) => price!.isOnFrontier === isOnFrontier)
      .sort((a, b) => a.best.generatedTokensPerSecond.median - b.best.generatedTokensPerSecond.median);
    return {
      name: t(isOnFrontier ? 'onFrontier' : 'offFrontier'),
      color: isOnFrontier ? 'accent' : 'muted',
      shape: isOnFrontier ? 'circle' : 'rect',
      line: isOnFrontier,
      points: mine.map(({ kind, best, price }) => ({
        x: best.generatedTokensPerSecond.median,
        y: price!.perMillion,
        radius: 6,
        label: same(names.get(kind)!),
        tag: same(names.get(kind)!),
      })),
    };
  });
  return {
    id: `fleet-frontier-${index + 1}`,
    title: t('fleetFrontierChart'),
    x: { title: t('fleetSpeedAxis'), format: 'rate', scale: 'linear', fromZero: true },
    y: { title: t('fleetPriceAxis'), format: 'money', scale: 'linear', fromZero: true },
    series: series.filter(({ points }) => points.length > 0),
    marks: [],
    height: 420,
  };
}

const LOOKS = {
  slow: { key: 'machineSlow', color: 'serious', shape: 'triangle' },
  fast: { key: 'machineFast', color: 'accent', shape: 'rectRot' },
  usual: { key: 'machineUsual', color: 'muted', shape: 'circle' },
  'not-tested': { key: 'machineNotTested', color: 'muted', shape: 'rect' },
} as const satisfies Record<MachineScore['verdict'], { key: string; color: Series['color']; shape: Series['shape'] }>;

export const verdictKey = (verdict: MachineScore['verdict']) => LOOKS[verdict].key;

/** Each machine's speed against the median of its kind; outliers by name. */
export function spreadChart(task: FleetTaskSummary, index: number): ChartSpec | null {
  const kinds = task.kinds.filter(({ spread }) => spread.machines.length > 1);
  if (kinds.length === 0) return null;
  const names = kindNames(task);
  const points = kinds.flatMap(({ kind, spread }, y) => spread.machines.map((machine) => ({ kind, y, machine })));
  const series = Object.entries(LOOKS).map(([verdict, { key, color, shape }]): Series => {
    const isNamed = verdict === 'slow' || verdict === 'fast';
    return {
      name: t(key),
      ...{ color, shape, line: false },
      points: points
        .filter(({ machine }) => machine.verdict === verdict)
        .map(({ kind, y, machine }) => {
          const label = same(machineName(machine.node, names.get(kind)!));
          const look = isNamed ? ('filled' as const) : ('faint' as const);
          return {
            x: percent(machine.ratio),
            y,
            label,
            look,
            radius: isNamed ? 7 : 4,
            ...(isNamed ? { tag: label } : {}),
          };
        }),
    };
  });
  return {
    id: `fleet-spread-${index + 1}`,
    title: t('fleetSpreadChart'),
    x: { title: t('fleetSpreadAxis'), format: 'signedPercent', scale: 'linear' },
    y: {
      ...{ title: same(''), format: 'plain', scale: 'category' },
      categories: kinds.map(({ kind }) => same(names.get(kind)!)),
    },
    series: series.filter((one) => one.points.length > 0),
    marks: [{ axis: 'x', value: 0, label: same(''), color: 'muted' }],
    height: 110 + 44 * kinds.length,
  };
}
