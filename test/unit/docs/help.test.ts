import { expect, it } from 'vitest';
import yargs, { type Argv } from 'yargs';
import { loadAllCommands } from '../../../src/cli/commands/index.js';

const SHOWN = ['sweep', 'bench', 'calibrate', 'gate', 'claims', 'serve'];
const WIDTH = 110;

async function helpOf(name: string): Promise<string> {
  const command = (await loadAllCommands()).find(({ command }) => String(command).split(' ')[0] === name)!;
  const program = yargs([]).scriptName('r1-tune').usage(`$0 ${name}\n\n${command.describe}`).version(false).wrap(WIDTH);
  return `${await (command.builder as (argv: Argv) => Argv)(program).getHelp()}\n`;
}

/** What `r1-tune NAME --help` says. Made anew with: npx vitest run test/unit/docs/help.test.ts -u */
it.each(SHOWN)('%s --help', async (name) => {
  await expect(await helpOf(name)).toMatchFileSnapshot(`../../golden/help/${name}.txt`);
});

it.each(SHOWN)('%s --help puts every flag of its own under a heading', async (name) => {
  const help = await helpOf(name);
  const ungrouped = help.split(/^Options:$/m)[1]?.split(/^\S/m)[0] ?? '';
  expect(ungrouped.match(/--[\w-]+/g) ?? []).toEqual(['--help']);
});
