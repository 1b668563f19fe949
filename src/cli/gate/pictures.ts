import { join } from 'node:path';
import { R1Error } from '../../core/errors.js';
import type { ChartSpec } from '../../report/charts/spec.js';
import { historyChart } from '../../report/gate/history-chart.js';
import { pairsChart } from '../../report/gate/pairs-chart.js';
import { drawPictures } from '../../report/pictures.js';
import { GATE_METRICS } from '../../runs/gate/metrics.js';
import { pairChanges } from '../../runs/gate/pair-changes.js';
import type { GateResult } from '../../runs/gate/result.js';
import { writeFileAtomic } from '../../store/atomic-write.js';
import type { Console } from '../console.js';

const pairCharts = ({ paired, pairs }: GateResult): ChartSpec[] =>
  Object.entries(paired?.metrics ?? {}).flatMap(([metric, { verdict, marginRatio, ratio }]) => {
    const changes = pairChanges(pairs, metric);
    return changes.length === 0 ? [] : [pairsChart({ metric, verdict, marginRatio, ratio, pairs: changes })];
  });

const historyCharts = ({ history }: GateResult): ChartSpec[] =>
  Object.entries(history ?? {}).flatMap(([metric, { builds, levels }]) =>
    builds.length < 2 ? [] : [historyChart({ metric, unit: GATE_METRICS[metric]!.unit, builds, levels })],
  );

/** The charts of a gate as PNG in its folder. Where pictures cannot be drawn here the verdict stands all the same. */
export async function writeGatePictures(
  result: GateResult,
  folder: string,
  console: Pick<Console, 'note'>,
): Promise<void> {
  const charts = [...pairCharts(result), ...historyCharts(result)];
  if (charts.length === 0) return;
  try {
    for (const { name, data } of await drawPictures(charts)) writeFileAtomic(join(folder, name), data);
  } catch (error) {
    if (!(error instanceof R1Error && error.code === 'TOOL_MISSING')) throw error;
    console.note(error.message);
  }
}
