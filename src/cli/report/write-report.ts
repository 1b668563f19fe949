import { join } from 'node:path';
import { R1Error } from '../../core/errors.js';
import { parseNames } from '../../core/parse.js';
import { makeFolder } from '../../formats/files/make-folder.js';
import { REPORT_FORMATS, type ReportFile, type ReportFormat } from '../../report/index.js';
import { writeFileAtomic } from '../../store/atomic-write.js';
import type { Console } from '../console.js';

export type ReportPlace = {
  /** Formats as asked for; all of them without. */
  format: string | undefined;
  folder: string;
  json: boolean;
};

/** Writes the asked formats and prints their paths. */
export async function writeReport(
  { format, folder, json }: ReportPlace,
  terminal: Console,
  render: (format: ReportFormat) => Promise<ReportFile[]>,
): Promise<void> {
  const formats = format === undefined ? REPORT_FORMATS : parseNames('format', format, REPORT_FORMATS);
  const files: ReportFile[] = [];
  for (const name of formats) files.push(...(await unlessOptional(() => render(name), format === undefined, terminal)));
  const paths = files.map((file) => write(folder, file));
  terminal.result(json ? JSON.stringify({ files: paths }, null, 2) : paths.join('\n'));
}

/** Pictures need an optional package: left out with a remark when they were not asked for by name. */
async function unlessOptional(
  render: () => Promise<ReportFile[]>,
  isOptional: boolean,
  terminal: Console,
): Promise<ReportFile[]> {
  try {
    return await render();
  } catch (error) {
    if (!isOptional || !(error instanceof R1Error) || error.code !== 'TOOL_MISSING') throw error;
    terminal.note(`${error.message} ${error.fix}`);
    return [];
  }
}

function write(folder: string, { name, data }: ReportFile): string {
  const path = join(folder, name);
  makeFolder(folder);
  writeFileAtomic(path, data);
  return path;
}
