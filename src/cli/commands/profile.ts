import { existsSync } from 'node:fs';
import type { Argv } from 'yargs';
import { EXIT } from '../../core/errors.js';
import type { Profile } from '../../core/profile.js';
import { bytesOfParts } from '../../formats/gguf/part-names.js';
import { probeMachine } from '../../probes/index.js';
import { problemsText, profileProblems, type Surroundings } from '../../report/profile/check.js';
import { diffProfiles, profileDifferences } from '../../report/profile/diff.js';
import { explainProfile } from '../../report/profile/explain.js';
import { showProfile } from '../../report/profile/show.js';
import { readProfile } from '../../store/documents.js';
import type { CommandContext } from '../context.js';
import { openContext } from '../context.js';

type Flags = { file: string; other: string; json: boolean; quiet?: boolean; home?: string };

const file = (yargs: Argv) =>
  yargs.positional('file', { type: 'string', demandOption: true, describe: 'A profile, for example best.json' });

export const profileCommand = {
  command: 'profile',
  describe: 'Look at profiles: show, validate, explain, diff',
  builder: (yargs: Argv) =>
    yargs
      .option('json', { type: 'boolean', default: false, describe: 'Print JSON, of the newest profile version' })
      .command('show <file>', 'What it runs, what it should reach, and where that was shown', file, show)
      .command('validate <file>', 'Whether it is sound and can be served on this machine', file, validate)
      .command(
        'explain <file>',
        'Every knob, what it means, and what was changed from the default settings',
        file,
        explain,
      )
      .command(
        'diff <file> <other>',
        'Where two profiles differ',
        (builder: Argv) => file(builder).positional('other', { type: 'string', demandOption: true }),
        diff,
      )
      .demandCommand(1, 'Say what to do with the profile: show, validate, explain or diff.'),
  handler: () => {},
};

function print(args: unknown, json: (flags: Flags) => unknown, text: (flags: Flags) => string): void {
  const flags = args as Flags;
  openContext(flags).console.result(flags.json ? JSON.stringify(json(flags), null, 2) : text(flags));
}

const show = (args: unknown): void =>
  print(
    args,
    (flags) => readProfile(flags.file),
    (flags) => showProfile(readProfile(flags.file)),
  );

const explain = (args: unknown): void =>
  print(
    args,
    (flags) => readProfile(flags.file),
    (flags) => explainProfile(readProfile(flags.file)),
  );

const diff = (args: unknown): void =>
  print(
    args,
    (flags) => profileDifferences(readProfile(flags.file), readProfile(flags.other)),
    (flags) => diffProfiles(readProfile(flags.file), readProfile(flags.other)),
  );

/** A profile that cannot be served here ends with 3, as serving it would. */
async function validate(args: unknown): Promise<void> {
  const flags = args as Flags;
  const context = openContext(flags);
  const profile = readProfile(flags.file);
  const problems = profileProblems(profile, await surroundings(profile, context));
  context.console.result(
    flags.json
      ? JSON.stringify({ schemaVersion: profile.schemaVersion, problems }, null, 2)
      : problemsText(profile, problems),
  );
  if (problems.some(({ severity }) => severity === 'error')) process.exitCode = EXIT.environment;
}

async function surroundings({ model, candidate }: Profile, { host, clock }: CommandContext): Promise<Surroundings> {
  const machine = await probeMachine(host, { clock });
  const { path } = candidate.allocator;
  return {
    modelBytes: bytesOfParts(model.path),
    hasAllocator: path !== null && existsSync(path),
    allowedCpus: machine.topology.allowed.cpus,
    hard: machine.fingerprint.hard,
    soft: machine.fingerprint.soft,
  };
}
