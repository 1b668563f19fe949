import { relative } from 'node:path';
import { claimsMarkdown } from '../../claims/markdown.js';
import type { ClaimsDocument } from '../../core/claims.js';
import { resumeClaimsFolder } from '../../store/claims-folder.js';
import type { Context } from '../context.js';
import { executeClaims } from './execute.js';
import { type ClaimsJob, startJob } from './prepare.js';
import type { ClaimsRequest } from './request.js';

function resumed(path: string, { emit }: Context): ClaimsJob {
  const job = resumeClaimsFolder(path);
  const { length } = job.folder.log.outcomes;
  emit({ type: 'note', text: `Going on with ${relative('.', path)}: ${length} trials are there.` });
  return job;
}

/** Tests rules of thumb on this machine, or goes on with a folder that was begun; gives the verdicts and the folder. */
export async function claims(
  request: ClaimsRequest,
  context: Context,
): Promise<{ document: ClaimsDocument; folder: string }> {
  const startedMs = context.clock.monotonicMs();
  const job = request.resume ? resumed(request.resume, context) : await startJob(request, context);
  context.emit({ type: 'folder', path: job.folder.path });
  try {
    const document = await executeClaims(job, startedMs, context);
    job.folder.writeClaims(document);
    job.folder.writeFile('claims.md', claimsMarkdown(document));
    return { document, folder: job.folder.path };
  } finally {
    job.folder.close();
  }
}
