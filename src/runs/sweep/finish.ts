import { relative } from 'node:path';
import { R1Error } from '../../core/errors.js';
import type { Profile } from '../../core/profile.js';
import type { Configuration, RunResult } from '../../core/run-result.js';
import { renderReport } from '../../report/index.js';
import type { ReportFormat } from '../../report/reporter.js';
import type { RunFolder } from '../../store/run-folder.js';
import { goalChoices } from '../../sweeps/results/goals.js';
import { toProfile } from '../../sweeps/results/to-profile.js';
import type { Context } from '../context.js';

const FORMATS: readonly ReportFormat[] = ['html', 'md', 'png'];

/** Reports of a run into its folder. Charts as pictures need an optional package: without it they are left out, and said. */
export async function writeReports(folder: RunFolder, run: RunResult, context: Context): Promise<void> {
  for (const format of FORMATS) {
    try {
      for (const file of await renderReport(run, format)) folder.writeFile(file.name, file.data);
    } catch (error) {
      if (format !== 'png' || !(error instanceof R1Error)) throw error;
      context.emit({ type: 'note', text: `No PNG charts: ${error.message}` });
    }
  }
}

const configurationOf = (run: RunResult, id: string | undefined): Configuration | undefined =>
  run.configurations.find((c) => c.candidateId === id);

/** `best-latency.json` and the like: the same trials, chosen for another goal. */
function writeGoals(folder: RunFolder, run: RunResult): void {
  for (const { goal, candidateId, evidence } of run.goals ?? []) {
    const profile = toProfile(run, configurationOf(run, candidateId)!, `${run.plan.label}-${goal}`);
    folder.writeProfile(`best-${goal}.json`, { ...profile, goal: { name: goal, evidence } });
  }
}

/**
 * run.json, best.json, profiles for other goals and the reports. Throws NOTHING_VIABLE after they are written, so that the
 * reasons can be read.
 */
export async function finishRun(folder: RunFolder, assembled: RunResult, context: Context): Promise<Profile> {
  const run = { ...assembled, goals: goalChoices(assembled) };
  folder.writeRun(run);
  const best = configurationOf(run, run.choice?.candidateId);
  const profile = best?.objective ? toProfile(run, best, run.plan.label) : null;
  if (profile) folder.writeProfile('best.json', profile);
  writeGoals(folder, run);
  await writeReports(folder, run, context);
  if (!profile)
    throw new R1Error(
      'NOTHING_VIABLE',
      `No configuration ran and met the constraints; ${relative('.', folder.path)}/report.html names the reasons.`,
    );
  return profile;
}
