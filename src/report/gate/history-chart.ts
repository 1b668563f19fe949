import type { ChartSpec, Series } from '../charts/spec.js';
import { same } from '../texts/text.js';

/** What the chart of a gate's history shows, oldest build first. */
export type HistoryChart = {
  metric: string;
  unit: string;
  builds: readonly { at: string; commit: string | null; value: number }[];
  levels: readonly { from: number; to: number; centre: number }[];
};

/** The builds of a gate's history, with the levels between the changes and the commit of each change. */
export function historyChart({ metric, unit, builds, levels }: HistoryChart): ChartSpec {
  const nameOf = (i: number): string => builds[i]!.commit?.slice(0, 8) ?? builds[i]!.at.slice(0, 10);
  const measured: Series = {
    ...{ name: same('Build'), color: 'accent', shape: 'circle', line: false },
    points: builds.map(({ value }, i) => ({ x: i + 1, y: value, radius: 3, label: same(nameOf(i)) })),
  };
  const level = ({ from, to, centre }: HistoryChart['levels'][number], i: number): Series => ({
    ...{ name: same('Level'), color: 'text', shape: 'circle', line: true, isUnnamed: i > 0 },
    points: [from + 1, to].map((x) => ({
      x,
      y: centre,
      radius: 0,
      label: same(`level of builds ${from + 1} to ${to}`),
    })),
  });
  return {
    id: `history-${metric}`,
    title: same(`${metric} over ${builds.length} builds`),
    x: { title: same('Build, oldest first'), format: 'count', scale: 'linear', isWhole: true },
    y: { title: same(`${metric}, ${unit}`), format: 'count', scale: 'linear' },
    series: [measured, ...levels.map(level)],
    marks: levels
      .slice(1)
      .map(({ from }) => ({ axis: 'x', value: from + 0.5, label: same(nameOf(from)), color: 'serious' })),
    height: 300,
  };
}
