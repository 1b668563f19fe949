import { existsSync, readFileSync } from 'node:fs';
import yargs, { type Argv, type CommandModule } from 'yargs';
import { R1Error } from '../core/errors.js';

/**
 * Settings beside the flags: r1-tune.config.json < R1TUNE_* variables < flags. Names are those of the flags.
 * Each command takes the settings that it has a flag for; a key of the file that no command knows is an error.
 */

export const CONFIG_FILE = 'r1-tune.config.json';
const PREFIX = 'R1TUNE_';

type Settings = Record<string, unknown>;
type WithOptions = Argv & { getOptions(): { key: Record<string, unknown>; array: string[] } };

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const optionNames = (program: Argv): string[] => Object.keys((program as WithOptions).getOptions().key);

function readFile(): Settings {
  if (!existsSync(CONFIG_FILE)) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(CONFIG_FILE, 'utf8'));
  } catch (cause) {
    throw new R1Error('CONFIG_INVALID', `${CONFIG_FILE} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new R1Error('CONFIG_INVALID', `${CONFIG_FILE} must be an object of flags, for example {"budget": "10m"}.`);
  return Object.fromEntries(Object.entries(content).map(([name, value]) => [kebab(name), value]));
}

function checkNames(settings: Settings, commands: readonly CommandModule[]): void {
  const known = new Set(commands.flatMap((command) => optionNames((command.builder as (y: Argv) => Argv)(yargs([])))));
  const strange = Object.keys(settings).find((name) => !known.has(name));
  if (strange)
    throw new R1Error('CONFIG_INVALID', `${CONFIG_FILE}: no command has a flag --${strange}.`, {
      fix: `The flags are ${[...known].sort().join(', ')}.`,
    });
}

/** The settings of the file and of the environment, by flag name. */
export async function readSettings(
  environment: NodeJS.ProcessEnv,
  allCommands: () => Promise<readonly CommandModule[]>,
): Promise<Settings> {
  const file = readFile();
  if (Object.keys(file).length > 0) checkNames(file, await allCommands());
  const variables = Object.entries(environment)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => [name.slice(PREFIX.length).toLowerCase().replaceAll('_', '-'), value]);
  return { ...file, ...Object.fromEntries(variables) };
}

/** What a flag would give: a list of texts for a list, whether the file holds one value or several, texts or numbers. */
const asTyped = (value: unknown, isList: boolean): unknown =>
  isList ? (Array.isArray(value) ? value : [value]).map(String) : value;

/** A command whose flags default to the settings of the same name. */
export function withSettings(command: CommandModule, settings: Settings): CommandModule {
  return {
    ...command,
    builder: (program: Argv) => {
      const built = (command.builder as (y: Argv) => Argv)(program);
      const known = new Set(optionNames(built));
      const lists = new Set((built as WithOptions).getOptions().array);
      const own = Object.entries(settings).filter(([name]) => known.has(name));
      return built.config(Object.fromEntries(own.map(([name, value]) => [name, asTyped(value, lists.has(name))])));
    },
  };
}
