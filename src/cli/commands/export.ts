import { chmodSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Argv } from 'yargs';
import { R1Error } from '../../core/errors.js';
import type { Profile } from '../../core/profile.js';
import { SWEEP_TARGETS, type SweepTarget } from '../../export/fleet/index.js';
import { EXPORT_TARGETS, type ExportFile, type ExportTarget, exportProfile } from '../../export/index.js';
import { makeFolder } from '../../formats/files/make-folder.js';
import { writeFileAtomic } from '../../store/atomic-write.js';
import { readProfile } from '../../store/documents.js';
import { openConsole } from '../console.js';
import { type FleetFlags, fleetFiles, sweepFiles } from '../export/fleet-exports.js';

type Flags = FleetFlags & {
  to: ExportTarget | SweepTarget;
  out?: string;
  host: string;
  port: number;
  profilePath?: string;
  json: boolean;
  quiet?: boolean;
};

export const exportCommand = {
  command: 'export',
  describe: 'Turn a profile into a deployment: systemd, Kubernetes, Docker, compose, shell or llama-server',
  builder: (yargs: Argv) =>
    yargs
      .option('profile', { type: 'string', describe: 'The profile, for example best.json' })
      .option('to', { choices: [...EXPORT_TARGETS, ...SWEEP_TARGETS], demandOption: true, describe: 'What to make' })
      .option('out', { type: 'string', describe: 'Folder to write to (without it: printed)' })
      .option('host', {
        type: 'string',
        default: '127.0.0.1',
        describe: 'Address to listen on; others than loopback need keys',
      })
      .option('port', { type: 'number', default: 7860, describe: 'Port to listen on' })
      .option('image', { type: 'string', default: 'r1-tune:local', describe: 'Container image' })
      .option('profile-path', {
        type: 'string',
        describe: 'Where the profile will lie on the serving machine (where it is now)',
      })
      .option('fleet', { type: 'string', describe: 'kubernetes: a Deployment for each kind of this fleet' })
      .option('plan', { type: 'string', describe: 'With --fleet: output of r1-tune plan --json, for replicas' })
      .option('pool', { type: 'string', default: 'pool', describe: 'Sweeps: name of the pool of machines' })
      .option('model', { type: 'string', describe: 'Sweeps: what is tuned. --fleet: which model' })
      .option('nodes', { type: 'string', describe: 'Sweeps: how many nodes (Kubernetes), or their names (SSH)' })
      .option('selector', { type: 'string', describe: 'Sweeps: label of the nodes, as key=value' })
      .option('cpus', { type: 'number', describe: 'Sweeps: whole CPUs of a pod' })
      .option('memory', { type: 'string', describe: 'Sweeps: memory of a pod, for example 12GiB' })
      .option('sweep-arguments', {
        type: 'string',
        default: '--budget 20m',
        describe: "Sweeps: further arguments of r1-tune sweep, as --sweep-arguments='--budget 40m'",
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the files as JSON' }),
  handler: (flags: Flags): void => {
    const terminal = openConsole({ quiet: flags.quiet ?? false });
    const files = filesOf(flags);
    if (flags.out !== undefined) {
      const paths = write(flags.out, files);
      terminal.result(flags.json ? JSON.stringify({ files: paths }, null, 2) : paths.join('\n'));
    } else terminal.result(flags.json ? JSON.stringify({ files }, null, 2) : printed(files));
  },
};

function filesOf(flags: Flags): ExportFile[] {
  const { host, port, image, to, profile, fleet } = flags;
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new R1Error('USAGE', `--port: "${port}" is not valid; expected a whole number from 1 to 65535.`);
  if (isSweepTarget(to)) return sweepFiles(to, flags);
  const profilePath = flags.profilePath ?? resolve(profile ?? '');
  const options = { host, port, image, profilePath };
  if (fleet !== undefined && to === 'kubernetes') return fleetFiles(flags, options);
  if (profile === undefined)
    throw new R1Error('USAGE', '--profile: expected the profile to deploy, for example best.json.', {
      fix: 'r1-tune sweep writes it; --to kubernetes takes --fleet instead.',
    });
  return exportProfile(absolute(readProfile(profile)), to, options);
}

const isSweepTarget = (target: string): target is SweepTarget => (SWEEP_TARGETS as readonly string[]).includes(target);

/** Services have no folder of their own to start from. */
const absolute = (profile: Profile): Profile => ({
  ...profile,
  model: { ...profile.model, path: resolve(profile.model.path) },
});

function write(folder: string, files: readonly ExportFile[]): string[] {
  makeFolder(folder);
  return files.map(({ name, text, isExecutable }) => {
    const path = join(folder, name);
    writeFileAtomic(path, text);
    if (isExecutable) chmodSync(path, 0o755);
    return path;
  });
}

/** One file as it is, so that it can be piped; several under their names. */
const printed = (files: readonly ExportFile[]): string =>
  files.length === 1 ? files[0]!.text : files.map(({ name, text }) => `# ==> ${name}\n${text}`).join('\n');
