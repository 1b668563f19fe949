import type { Profile } from '../../core/profile.js';
import type { RunResult } from '../../core/run-result.js';
import type { Context } from '../context.js';
import { executeRun } from './execute.js';
import { finishRun } from './finish.js';
import { resumeJob, type SweepRequest, startJob } from './start-job.js';

export type SweepResult = { run: RunResult; profile: Profile; folder: string };

/**
 * Searches, or goes on with a search, and writes its folder. Throws USAGE before anything is measured, NOTHING_VIABLE after
 * the reports are written, INTERRUPTED with everything kept.
 */
export async function sweep(request: SweepRequest, context: Context): Promise<SweepResult> {
  const startedMs = context.clock.monotonicMs();
  const job = request.resume
    ? await resumeJob(request.resume, request, context, startedMs)
    : await startJob(request, context, startedMs);
  const { folder } = job;
  context.emit({ type: 'folder', path: folder.path });
  try {
    const run = await executeRun(job, context);
    return { run, profile: await finishRun(folder, run, context), folder: folder.path };
  } finally {
    folder.close();
  }
}
