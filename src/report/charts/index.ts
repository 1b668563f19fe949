import type { ReportView } from '../view/view.js';
import { bandwidthChart } from './bandwidth-chart.js';
import { comparisonChart } from './comparison-chart.js';
import { contextChart } from './context-chart.js';
import { effectsChart } from './effects-chart.js';
import { noiseChart } from './noise-chart.js';
import { quantizationChart } from './quantization-chart.js';
import type { ChartSpec } from './spec.js';
import { loadChart, warmUpChart } from './start-up-charts.js';
import { decodeChart, prefillChart } from './thread-charts.js';
import { tokenTimesChart } from './token-times-chart.js';

/** Every chart of the report, in the order of the page. A chart without data is null. */
export const CHARTS = {
  comparison: comparisonChart,
  decode: decodeChart,
  prefill: prefillChart,
  bandwidth: bandwidthChart,
  quantization: quantizationChart,
  effects: effectsChart,
  context: contextChart,
  load: loadChart,
  warmUp: warmUpChart,
  tokenTimes: tokenTimesChart,
  noise: noiseChart,
} as const satisfies Record<string, (view: ReportView) => ChartSpec | null>;
export type ChartName = keyof typeof CHARTS;

export const drawnCharts = (view: ReportView): ChartSpec[] =>
  Object.values(CHARTS).flatMap((chart) => chart(view) ?? []);
