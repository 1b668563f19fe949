import { relative } from 'node:path';
import { R1Error } from '../../core/errors.js';
import type { Profile } from '../../core/profile.js';
import type { Configuration, RunResult } from '../../core/run-result.js';
import { renderReport } from '../../report/index.js';
import type { ReportFormat } from '../../report/reporter.js';
import type { RunFolder } from '../../store/run-folder.js';
import { toProfile } from '../../sweeps/to-profile.js';
import type { Context } from '../context.js';

const FORMATS: readonly ReportFormat[] = ['html', 'md', 'png'];

/** Reports of a run into its folder. Charts as pictures need an optional package: without it they are left out, and said. */
export async function writeReports(folder: RunFolder, run: RunResult, context: Context): Promise<void> {
  for (const format of FORMATS) {
    try {
      for (const file of await renderReport(run, format)) folder.writeFile(file.name, file.data);
    } catch (error) {
      if (format !== 'png' || !(error instanceof R1Error)) throw error;
      context.console.note(`No PNG charts: ${error.message}`);
    }
  }
}

const chosen = (run: RunResult): Configuration | undefined =>
  run.configurations.find((c) => c.candidateId === run.choice?.candidateId);

/** run.json, best.json and the reports. Throws NOTHING_VIABLE after they are written, so that the reasons can be read. */
export async function finishRun(folder: RunFolder, run: RunResult, context: Context): Promise<Profile> {
  folder.writeRun(run);
  const best = chosen(run);
  const profile = best?.objective ? toProfile(run, best, run.plan.label) : null;
  if (profile) folder.writeProfile('best.json', profile);
  await writeReports(folder, run, context);
  if (!profile)
    throw new R1Error(
      'NOTHING_VIABLE',
      `No configuration ran and met the constraints; ${relative('.', folder.path)}/report.html names the reasons.`,
    );
  return profile;
}
