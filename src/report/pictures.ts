import Module, { createRequire } from 'node:module';
import type { ChartConfiguration } from 'chart.js';
import { R1Error } from '../core/errors.js';
import { drawnCharts } from './charts/index.js';
import type { ChartSpec } from './charts/spec.js';
import { chartConfiguration } from './page/charts.js';
import { PALETTES } from './page/palette.js';
import type { ReportFile } from './reporter.js';
import type { Language } from './texts/text.js';
import type { ReportView } from './view/view.js';

const WIDTH = 900;
/** Pixels for one CSS pixel, so that pictures stay sharp on dense screens and in print. */
const DENSITY = 2;
/** Latin first, then what common systems have for Chinese. */
const FONT = '"DejaVu Sans", "Noto Sans", Arial, "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif';

type Renderer = { renderToBufferSync(configuration: ChartConfiguration): Buffer };
type RendererClass = new (options: { width: number; height: number; backgroundColour: string }) => Renderer;

/** Every chart as `chart-<id>.png`, drawn from the same data as the page. Throws `TOOL_MISSING`. */
export function chartPictures(view: ReportView): ReportFile[] {
  const language = view.options.language ?? 'en';
  try {
    return withCanvasAlias((require) => {
      const { ChartJSNodeCanvas } = require('chartjs-node-canvas') as { ChartJSNodeCanvas: RendererClass };
      return drawnCharts(view).map((spec) => picture(ChartJSNodeCanvas, spec, language));
    });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw cause;
    throw new R1Error('TOOL_MISSING', 'Charts cannot be drawn as pictures: chartjs-node-canvas is not installed.', {
      mend: 'Run `npm install chartjs-node-canvas` beside r1-tune, or leave png out: report.html draws the same charts.',
      cause,
    });
  }
}

function picture(Canvas: RendererClass, spec: ChartSpec, language: Language): ReportFile {
  const palette = PALETTES.light;
  const renderer = new Canvas({ width: WIDTH, height: spec.height + 70, backgroundColour: palette.background });
  const configuration = chartConfiguration(spec, { language, palette, font: FONT, hasTitle: true });
  configuration.options = { ...configuration.options, devicePixelRatio: DENSITY };
  return { name: `chart-${spec.id}.png`, data: renderer.renderToBufferSync(configuration) };
}

type Resolve = (request: string, ...rest: unknown[]) => string;

/**
 * chartjs-node-canvas asks for the package `canvas`, which must be compiled on many machines. @napi-rs/canvas is prebuilt and has
 * the same interface. In this repository an npm override swaps them, but overrides of a dependency do not reach those who install it.
 */
function withCanvasAlias<T>(work: (require: NodeJS.Require) => T): T {
  const loader = Module as unknown as { _resolveFilename: Resolve };
  const original = loader._resolveFilename;
  const require = createRequire(import.meta.url);
  const canvas = require.resolve('@napi-rs/canvas');
  loader._resolveFilename = function resolveFilename(this: unknown, request, ...rest) {
    return request === 'canvas' ? canvas : original.call(this, request, ...rest);
  };
  try {
    return work(require);
  } finally {
    loader._resolveFilename = original;
  }
}
