import type { Canvas } from '@napi-rs/canvas';
import type { ChartConfiguration, Plugin } from 'chart.js';
import { R1Error } from '../core/errors.js';
import { drawnCharts } from './charts/index.js';
import type { ChartSpec } from './charts/spec.js';
import { chartConfiguration } from './page/charts.js';
import { PALETTES } from './page/palette.js';
import type { ReportFile } from './reporter.js';
import type { Language } from './texts/text.js';
import type { ReportView } from './view/view.js';

/*
 * Chart.js draws straight onto @napi-rs/canvas, as it would onto a page's canvas. The package chartjs-node-canvas would do the
 * same, but asks for `canvas`, which is compiled or downloaded at install time; docs/report.md has the reasons.
 */

const WIDTH = 900;
/** Pixels for one CSS pixel, so that pictures stay sharp on dense screens and in print. */
const DENSITY = 2;
/** Latin first, then what common systems have for Chinese. */
const FONT = '"DejaVu Sans", "Noto Sans", Arial, "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif';

/** Every chart of a report, drawn from the same data as the page. Throws `TOOL_MISSING`. */
export const chartPictures = (view: ReportView): Promise<ReportFile[]> =>
  drawPictures(drawnCharts(view), view.options.language ?? 'en');

/** Charts as `chart-<id>.png`. Throws `TOOL_MISSING`. */
export async function drawPictures(charts: readonly ChartSpec[], language: Language = 'en'): Promise<ReportFile[]> {
  const [{ createCanvas }, { Chart }] = await Promise.all([importCanvas(), import('chart.js/auto')]);
  return charts.map((spec) => {
    const canvas = createCanvas(WIDTH, spec.height + 70);
    const chart = new Chart(canvas as never, configurationOf(spec, language));
    const data = canvas.toBuffer('image/png');
    chart.destroy();
    return { name: `chart-${spec.id}.png`, data };
  });
}

function configurationOf(spec: ChartSpec, language: Language): ChartConfiguration {
  const palette = PALETTES.light;
  const { options, plugins, ...rest } = chartConfiguration(spec, { language, palette, font: FONT, hasTitle: true });
  return {
    ...rest,
    options: { ...options, animation: false, responsive: false, devicePixelRatio: DENSITY },
    plugins: [...(plugins ?? []), paper(palette.background)],
  };
}

/** A chart's own canvas is transparent. */
const paper = (colour: string): Plugin => ({
  id: 'paper',
  beforeDraw({ ctx, width, height }) {
    ctx.save();
    ctx.fillStyle = colour;
    ctx.fillRect(0, 0, width, height);
    ctx.restore();
  },
});

async function importCanvas(): Promise<{ createCanvas: (width: number, height: number) => Canvas }> {
  try {
    return await import('@napi-rs/canvas');
  } catch (cause) {
    throw new R1Error('TOOL_MISSING', `Charts cannot be drawn as pictures: ${(cause as Error).message}`, {
      fix: 'Install r1-tune again without --omit=optional, or leave png out: report.html draws the same charts.',
      cause,
    });
  }
}
