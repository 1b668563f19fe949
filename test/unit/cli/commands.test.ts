import { describe, expect, it } from 'vitest';
import { loadAllCommands, loadCommands } from '../../../src/cli/commands/index.js';

const first = ({ command }: { command?: string | readonly string[] | undefined }) => String(command).split(' ')[0];

describe('the commands that are loaded', () => {
  it('are those named among the arguments, wherever they stand', async () => {
    expect((await loadCommands(['--home', '/models', 'probe', '--json'])).map(first)).toEqual(['probe']);
    expect((await loadCommands(['--home', 'report', 'probe'])).map(first)).toEqual(['probe', 'report']);
  });

  it('are all where none is named, so that help lists and a misspelt name is recognized', async () => {
    const all = await loadAllCommands();
    expect(all.length).toBeGreaterThan(13);
    for (const args of [[], ['--help'], ['sweeep']]) expect(await loadCommands(args)).toEqual(all);
    expect(all.map(first)).toContain('sweep');
  });

  it('go by the names that they are listed under', async () => {
    for (const command of await loadAllCommands()) expect((await loadCommands([first(command)!]))[0]).toBe(command);
  });
});
