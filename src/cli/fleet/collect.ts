import type { Argv } from 'yargs';
import { EXIT } from '../../core/errors.js';
import type { FleetKind } from '../../core/fleet.js';
import { type Collected, collect } from '../../runs/fleet/collect.js';
import { openContext } from '../context.js';

type Flags = {
  sources: string[];
  into: string;
  node?: string;
  nodeFromFolder: boolean;
  json: boolean;
  quiet?: boolean;
  home?: string;
};

export const collectCommand = {
  command: 'collect <sources..>',
  describe: 'Bring run folders, gates and captures of many machines into one folder',
  builder: (yargs: Argv) =>
    yargs
      .positional('sources', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Folders that hold runs, captures, other fleets; addresses of run.json',
      })
      .option('into', { type: 'string', default: 'fleet', describe: 'Folder of the fleet' })
      .option('node', { type: 'string', describe: 'Name of the machine that all of it comes from' })
      .option('node-from-folder', {
        type: 'boolean',
        default: false,
        describe: 'The first folder below each source is the name of the machine',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print what was collected as JSON' }),
  handler: async (flags: Flags): Promise<void> => {
    const context = openContext(flags);
    const collected = await collect(flags, context);
    context.console.result(flags.json ? JSON.stringify(summaryOf(collected), null, 2) : collectedText(collected));
    if (collected.added + collected.known === 0) process.exitCode = EXIT.negative;
  },
};

const summaryOf = ({ fleet, ...counts }: Collected) => ({
  ...counts,
  kinds: fleet.kinds.map(({ id, name, machines }) => ({ id, name, ...countsOf(machines) })),
});

const countsOf = (machines: FleetKind['machines']) => ({
  machines: machines.length,
  runs: machines.reduce((sum, { runs }) => sum + runs.length, 0),
  gates: machines.reduce((sum, { gates }) => sum + gates.length, 0),
});

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

function collectedText({ folder, fleet, added, known, setAside }: Collected): string {
  return [
    `${counted(added, 'document')} collected into ${folder}${known > 0 ? `, ${known} were there already` : ''}.`,
    ...fleet.kinds.map(({ id, name, machines }) => {
      const { runs, gates } = countsOf(machines);
      return `  ${id}  ${name}: ${counted(machines.length, 'machine')}, ${counted(runs, 'run')}, ${counted(gates, 'gate')}`;
    }),
    ...unnamedNote(fleet.kinds),
    ...(setAside.length > 0 ? [`Set aside: ${setAside.length}`] : []),
    ...setAside.flatMap(({ source, reason }) => [`  ${source}`, `    ${reason.split('\n').join('\n    ')}`]),
  ].join('\n');
}

/** Without names, equal machines cannot be told apart. */
const unnamedNote = (kinds: readonly FleetKind[]): string[] =>
  kinds.some(({ machines }) => machines.some(({ node, runs }) => node === null && runs.length > 1))
    ? [
        'Runs without a machine name and with the same hard facts count as one machine; --node NAME tells machines apart.',
      ]
    : [];
