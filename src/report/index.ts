import type { RunResult } from '../core/run-result.js';
import { csvFiles } from './csv.js';
import { htmlReport } from './html/document.js';
import { reportJson } from './json.js';
import { markdownReport } from './markdown.js';
import { chartPictures } from './pictures.js';
import type { ReportFile, ReportFormat, ReportOptions } from './reporter.js';
import { buildView, type ReportView } from './view/view.js';

/** One writer a format: the view in, files out. To add a format, add a row here and a name in reporter.ts. */
const WRITERS: Record<ReportFormat, (view: ReportView) => ReportFile[] | Promise<ReportFile[]>> = {
  html: (view) => [{ name: 'report.html', data: htmlReport(view) }],
  md: (view) => [{ name: 'summary.md', data: markdownReport(view) }],
  csv: csvFiles,
  json: (view) => [{ name: 'report.json', data: reportJson(view) }],
  png: chartPictures,
};

/**
 * The files of one format, a pure function of the run: the same run gives the same bytes.
 * `png` needs the optional packages of pictures.ts and throws `TOOL_MISSING` without them.
 */
export async function renderReport(
  run: RunResult,
  format: ReportFormat,
  options: ReportOptions = {},
): Promise<ReportFile[]> {
  return WRITERS[format](buildView(run, options));
}

export { REPORT_FORMATS, type ReportFile, type ReportFormat, type ReportOptions } from './reporter.js';
