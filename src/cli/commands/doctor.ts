import type { Argv } from 'yargs';
import type { Doctor, DoctorCheck } from '../../core/doctor.js';
import { EXIT } from '../../core/errors.js';
import { doctor } from '../../runs/doctor/doctor.js';
import { openContext } from '../context.js';
import { hasColor } from '../has-color.js';
import { columns, openStyle, type Style } from '../probe-page/style.js';

type DoctorFlags = { json: boolean; quiet?: boolean; home?: string };

const PAINT: Record<DoctorCheck['state'], keyof Style> = {
  works: 'green',
  missing: 'yellow',
  fails: 'red',
  unsupported: 'dim',
};

export const doctorCommand = {
  command: 'doctor',
  describe: 'Try every part of this installation, and say how to get what is missing',
  builder: (yargs: Argv) =>
    yargs.option('json', { type: 'boolean', default: false, describe: 'Print the document as JSON' }),
  handler: async (flags: DoctorFlags): Promise<void> => {
    const context = openContext(flags);
    const result = await doctor(context);
    context.console.result(
      flags.json ? JSON.stringify(result, null, 2) : doctorPage(result, openStyle(hasColor(context.host))),
    );
    if (!result.ok) process.exitCode = EXIT.environment;
  },
};

/** One page: a line for each part, then what is to be done, worst first. */
export function doctorPage({ version, ok, checks }: Doctor, style: Style): string {
  const rows = checks.map(({ title, state, detail }) => [title, style[PAINT[state]](state), detail]);
  const wanting = checks.filter(({ fix }) => fix !== null);
  const worstFirst = [...wanting.filter(({ required }) => required), ...wanting.filter(({ required }) => !required)];
  const fixes = columns(worstFirst.map(({ title, fix }) => [`  ${title}`, fix!]));
  return [
    style.bold(`r1-tune ${version}`),
    ...columns(rows),
    ...(fixes.length > 0 ? ['', style.bold('To get what is missing'), ...fixes] : []),
    '',
    ok
      ? style.green('This installation can measure and serve.')
      : style.red('Nothing can be measured before this is fixed.'),
  ].join('\n');
}
