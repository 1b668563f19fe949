#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { EXIT, R1Error } from '../core/errors.js';
import { COMMANDS } from './commands/index.js';
import { errorText } from './console.js';
import { ownVersion } from './versions.js';

/** The only catch and the only exit of the program. */

const CONFIG = 'r1-tune.config.json';

function readConfig(): Record<string, unknown> {
  if (!existsSync(CONFIG)) return {};
  try {
    return JSON.parse(readFileSync(CONFIG, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new R1Error('CONFIG_INVALID', `${CONFIG} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function parser(args: string[]) {
  const program = yargs(args)
    .scriptName('r1-tune')
    .usage(
      '$0 <command>\n\nFinds the fastest honest way to run R1-distill models on this CPU, proves it, guards it and serves it.',
    )
    .config(readConfig())
    .env('R1TUNE')
    .option('home', { type: 'string', describe: 'Folder for models and caches (R1TUNE_HOME)', hidden: true })
    .option('quiet', { type: 'boolean', default: false, describe: 'Only results and errors' })
    .demandCommand(1, 'Name a command.')
    .strict()
    .recommendCommands()
    .version(ownVersion())
    .help()
    .alias('h', 'help')
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new R1Error('USAGE', message);
    });
  for (const command of COMMANDS) program.command(command);
  return program;
}

try {
  await parser(hideBin(process.argv)).parseAsync();
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = error instanceof R1Error ? error.exit : EXIT.usage;
}
