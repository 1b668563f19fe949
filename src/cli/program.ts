import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { EXIT, R1Error } from '../core/errors.js';
import { ownVersion } from '../runs/own-version.js';
import { checkValues } from './check-values.js';
import { loadAllCommands, loadCommands } from './commands/index.js';
import { errorText, outliveReaders } from './console.js';
import { readSettings, withSettings } from './settings.js';
import { usageError } from './usage-error.js';

/** The only catch and the only exit of the program. */

const INTRODUCTION =
  '$0 <command>\n\nFinds the fastest honest way to run R1-distill models on this CPU, proves it, guards it and serves it.';

/** yargs lays out the help of every command that it runs, shown or not; without line breaks that takes half the time. */
const wantsHelp = (args: readonly string[]): boolean => args.some((arg) => /^(--help|-\w*h\w*)$/.test(arg));

async function parser(args: string[]) {
  const program = yargs(args)
    .scriptName('r1-tune')
    .usage(INTRODUCTION)
    .option('home', { type: 'string', describe: 'Folder for models and caches (R1TUNE_HOME)' })
    .option('quiet', { type: 'boolean', default: false, describe: 'Only results and errors' })
    .demandCommand(1, 'Name a command; r1-tune --help lists them.')
    .strict()
    .recommendCommands()
    .version(ownVersion())
    .help()
    .alias('h', 'help')
    .alias('version', ['v', 'V'])
    .wrap(wantsHelp(args) ? Math.min(110, process.stdout.columns ?? 110) : null)
    .exitProcess(false)
    .check((argv) => checkValues(argv, program))
    .fail((message, error) => {
      // The parser's own errors, those that it makes of a value's check included, are of the person who typed.
      if (error && error.name !== 'YError') throw error;
      throw usageError(message ?? error.message, args, program);
    });
  const settings = await readSettings(process.env, loadAllCommands);
  for (const command of await loadCommands(args)) program.command(withSettings(command, settings));
  return program;
}

outliveReaders();
try {
  await (await parser(hideBin(process.argv))).parseAsync();
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = error instanceof R1Error ? error.exit : EXIT.usage;
}
