import type { FleetSummary } from '../../core/fleet-summary.js';
import { drawPictures } from '../pictures.js';
import type { ReportFile, ReportFormat } from '../reporter.js';
import type { Language } from '../texts/text.js';
import { fleetCharts } from './charts.js';
import { fleetCsv } from './csv.js';
import { fleetPage } from './html.js';
import { fleetMarkdown } from './markdown.js';

const WRITERS: Record<
  ReportFormat,
  (summary: FleetSummary, language: Language) => ReportFile[] | Promise<ReportFile[]>
> = {
  html: (summary, language) => [{ name: 'fleet.html', data: fleetPage(summary, language) }],
  md: (summary, language) => [{ name: 'fleet.md', data: fleetMarkdown(summary, language) }],
  csv: fleetCsv,
  json: (summary) => [{ name: 'fleet-summary.json', data: `${JSON.stringify(summary, null, 2)}\n` }],
  png: (summary, language) => drawPictures(fleetCharts(summary), language),
};

/** The files of one format, a pure function of the summary. `png` throws `TOOL_MISSING` without its optional package. */
export const renderFleet = async (
  summary: FleetSummary,
  format: ReportFormat,
  language: Language,
): Promise<ReportFile[]> => WRITERS[format](summary, language);
