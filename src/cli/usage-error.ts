import { R1Error } from '../core/errors.js';
import { COMMAND_NAMES } from './commands/index.js';
import { nearestName } from './nearest-name.js';

/** Long flags of the command that yargs parses. */
const flagsOf = (at: unknown): string[] =>
  Object.keys((at as { getOptions(): { key: Record<string, unknown> } }).getOptions().key).filter(
    (name) => name.length > 1 && !/[A-Z]/.test(name),
  );

/** What was wrong with a command line, the flag that was probably meant, and where all are listed. */
export function usageError(message: string, args: readonly string[], at: unknown): R1Error {
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1]?.split(', ') ?? [];
  const meant = unknown.flatMap((name) => nearestName(name, flagsOf(at)) ?? []).map((name) => `--${name}`);
  const command = args.find((arg) => !arg.startsWith('-'));
  return new R1Error('USAGE', meant.length > 0 ? `${message}. Did you mean ${meant.join(', ')}?` : message, {
    fix: `${['r1-tune', ...(command && COMMAND_NAMES.includes(command) ? [command] : [])].join(' ')} --help lists what there is.`,
  });
}
