import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { tempFolder } from '../helpers/fake-model.js';

/** A folder of somebody who installs the packed package with npm, on the Node named by R1TUNE_TEST_NODE or on this one. */
export type Consumer = {
  folder: string;
  bin: string;
  env: Record<string, string>;
  /** Runs a command in the folder and gives what a shell would see. */
  run(command: string, args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  /** r1-tune as installed here. */
  r1tune(args: string[]): ReturnType<Consumer['run']>;
  /** Hosts other than the registry that were looked up, with the process that did. */
  refused(): string[];
};

export const TEST_NODE = process.env.R1TUNE_TEST_NODE ?? process.execPath;

/** npm's own program, so that it too runs on the Node under test. */
const npmProgram = (): string =>
  join(execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim(), 'npm/bin/npm-cli.js');

export function createConsumer(): Consumer {
  const folder = tempFolder('consumer');
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }');
  const log = join(folder, 'refused.log');
  writeFileSync(log, '');
  const env = { ...cleanEnvironment(), ...guard(log), ...nodeFirst(folder), R1TUNE_HOME: join(folder, 'home') };
  const run: Consumer['run'] = async (command, args) => {
    const [file, ...before] = command === 'npm' ? [TEST_NODE, npmProgram()] : [command];
    const result = await execa(file!, [...before, ...args], { cwd: folder, env, extendEnv: false, reject: false });
    return { exitCode: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
  };
  const bin = join(folder, 'node_modules/.bin/r1-tune');
  return {
    folder,
    bin,
    env,
    run,
    r1tune: (args) => run(bin, args),
    refused: () => readFileSync(log, 'utf8').split('\n').filter(Boolean),
  };
}

/** What npm itself sets when it runs the tests would reach the inner npm as settings. */
const cleanEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name, value]) => value !== undefined && !/^npm_|^INIT_CWD$|^VITEST/i.test(name),
    ),
  ) as Record<string, string>;

const guard = (log: string): Record<string, string> => ({
  NODE_OPTIONS: `--require ${resolve('test/install/only-registry.cjs')}`,
  ALLOWED_HOSTS: [new URL(registry()).hostname, 'localhost'].join(','),
  REFUSED_HOSTS: log,
});

const registry = (): string => execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();

const nodeFirst = (folder: string): Record<string, string> => {
  mkdirSync(join(folder, 'tmp'));
  return { PATH: `${dirname(TEST_NODE)}${delimiter}${process.env.PATH}`, TMPDIR: join(folder, 'tmp') };
};

/** The package as it would be published, in an empty folder. */
export function packed(): string {
  const folder = tempFolder('packed');
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { stdio: 'pipe' });
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz'))!);
}
