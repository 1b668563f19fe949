import { relative } from 'node:path';
import type { Argv } from 'yargs';
import { claimsMarkdownTable } from '../../claims/markdown.js';
import { claims } from '../../runs/claims/claims.js';
import type { ClaimsRequest } from '../../runs/claims/request.js';
import { claimsOptions } from '../claims/options.js';
import { openExperiment } from '../experiment-context.js';

const builder = (yargs: Argv) =>
  claimsOptions(yargs)
    .example('$0 claims', 'all claims on the default synthetic 1.5B, in half an hour')
    .example('$0 claims --only 1,4 --budget 5m', 'two of them');

type Flags = ClaimsRequest & { json: boolean; quiet?: boolean; home?: string };

export const claimsCommand = {
  command: 'claims',
  describe: 'Test the rules that articles give, each by a small experiment on this machine',
  builder,
  handler: async (flags: Flags): Promise<void> => {
    const context = openExperiment(flags, 'claims');
    const { document, folder } = await claims(flags, context);
    const place = relative('.', folder) || '.';
    const text = `${claimsMarkdownTable(document)}\n\nEvery number: ${place}/claims.md and ${place}/claims.json`;
    context.console.result(flags.json ? JSON.stringify(document, null, 2) : text);
  },
};
