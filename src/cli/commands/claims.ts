import { relative } from 'node:path';
import type { Argv } from 'yargs';
import { claimsMarkdown, claimsMarkdownTable } from '../../claims/markdown.js';
import { executeClaims } from '../../runs/claims/execute.js';
import { type ClaimsJob, startJob } from '../../runs/claims/prepare.js';
import type { ClaimsFlags } from '../../runs/claims/request.js';
import { resumeClaimsFolder } from '../../store/claims-folder.js';
import { claimsOptions } from '../claims/options.js';
import type { CommandContext } from '../context.js';
import { openContext } from '../context.js';

const builder = (yargs: Argv) =>
  claimsOptions(yargs)
    .example('$0 claims', 'all claims on the default synthetic 1.5B, in half an hour')
    .example('$0 claims --only 1,4 --budget 5m', 'two of them');

function resumed(path: string, context: CommandContext): ClaimsJob {
  const job = resumeClaimsFolder(path);
  context.console.note(`Going on with ${relative('.', path)}: ${job.folder.log.outcomes.length} trials are there.`);
  return job;
}

export const claimsCommand = {
  command: 'claims',
  describe: 'Test the rules that articles give, each by a small experiment on this machine',
  builder,
  handler: async (flags: ClaimsFlags): Promise<void> => {
    const context = openContext(flags);
    const startedMs = context.clock.monotonicMs();
    const job = flags.resume ? resumed(flags.resume, context) : await startJob(flags, context);
    const place = relative('.', job.folder.path) || '.';
    context.interrupt.setMend(`Go on with: r1-tune claims --resume ${place}`);
    try {
      const document = await executeClaims(job, startedMs, context);
      job.folder.writeClaims(document);
      job.folder.writeFile('claims.md', claimsMarkdown(document));
      const text = `${claimsMarkdownTable(document)}\n\nEvery number: ${place}/claims.md and ${place}/claims.json`;
      context.console.result(flags.json ? JSON.stringify(document, null, 2) : text);
    } finally {
      job.folder.close();
    }
  },
};
