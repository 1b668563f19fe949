import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { MAIN } from '../helpers/run-cli.js';

describe('a reader that wants no more', () => {
  it.each([
    { name: 'stdout', args: ['schema', 'run'] },
    { name: 'stderr', args: ['no-such-command'] },
  ] as const)('of $name is no fault: the command ends as it would have', async ({ name, args }) => {
    const heard = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' });
    const [expected] = await once(heard, 'exit');
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child[name].destroy();
    const other = name === 'stdout' ? child.stderr : child.stdout;
    const [words, [code]] = await Promise.all([text(other), once(child, 'exit')]);
    expect(words).toBe('');
    expect(code).toBe(expected);
  });
});
