import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempFolder } from '../helpers/fake-model.js';
import { MAIN, runCli } from '../helpers/run-cli.js';

/** What a shell offers behind the words: each asks the program, found on its PATH, as after an install. */
const ASK: Record<string, (script: string, words: readonly string[]) => string> = {
  bash: (script, words) =>
    `${script}\nCOMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _r1_tune; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: (script, words) => `${script}\ncomplete --do-complete "${words.join(' ')}"`,
};

const bin = tempFolder('bin');
beforeAll(() => {
  const program = join(bin, 'r1-tune');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(program, 0o755);
});
const offered = (shell: string, script: string, words: string[]): string[] => {
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
  const { stdout } = spawnSync(shell, ['-c', ASK[shell]!(script, words)], { env, encoding: 'utf8' });
  return stdout.split('\n').map((line) => line.split('\t')[0]!);
};

describe.each(Object.keys(ASK))('%s', (shell) => {
  const isThere = spawnSync(shell, ['--version']).status === 0;
  if (!isThere) console.warn(`SKIPPED: ${shell} is not installed, so its completion is not tried.`);

  it.skipIf(!isThere)('completes commands and flags', async () => {
    const { stdout: script } = await runCli(['completion', shell]);
    expect(offered(shell, script, ['r1-tune', 'swe'])).toContain('sweep');
    const flags = offered(shell, script, ['r1-tune', 'bench', '--thr']);
    expect(flags).toEqual(expect.arrayContaining(['--threads', '--threads-batch']));
    expect(flags).not.toContain('--budget');
  });
});

it('a shell that it does not know is refused by name', async () => {
  const { exitCode, stderr } = await runCli(['completion', 'tcsh']);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/bash.*zsh.*fish/s);
});
