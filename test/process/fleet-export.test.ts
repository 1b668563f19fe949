import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import type { Fleet } from '../../src/core/fleet.js';
import { tempFolder } from '../helpers/fake-model.js';
import { manifestsIn } from '../helpers/manifests.js';
import { MAIN, runCli } from '../helpers/run-cli.js';

/** The exported sweeps as plain processes: the same command and arguments, with the folders of this machine. */

function place(): { root: string; engine: string; env: Record<string, string> } {
  const root = tempFolder('fleet-export');
  const engine = join(root, 'engine.json');
  const cost = { loadMs: 20, prefillMsPerToken: 0.1, decodeMs: 1, noise: 0.01 };
  writeFileSync(engine, JSON.stringify({ kind: 'r1-tune/fake-engine', cost }));
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin/r1-tune'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  chmodSync(join(root, 'bin/r1-tune'), 0o755);
  return { root, engine, env: { PATH: `${join(root, 'bin')}:${process.env.PATH}`, R1TUNE_HOME: join(root, 'home') } };
}

const SWEEP =
  '--backend fake --threads 1,2 --binding none --allocator glibc --no-bandwidth --no-sentinels --effort quick --budget 20s';

const machinesOf = (folder: string): [string | null, number][] =>
  (JSON.parse(readFileSync(join(folder, 'FLEET.json'), 'utf8')) as Fleet).kinds.flatMap(({ machines }) =>
    machines.map(({ node, runs }): [string | null, number] => [node, runs.length]),
  );

it("the Job's pod leaves what fleet collect takes, and an attempt after the end measures nothing again", async () => {
  const { root, engine, env } = place();
  const exported = await runCli([
    ...['export', '--to', 'kubernetes-sweep', '--model', engine, '--nodes', '2', '--cpus', '2', '--memory', '2GiB'],
    `--sweep-arguments=${SWEEP}`,
  ]);
  expect(exported.exitCode, exported.stderr).toBe(0);
  // biome-ignore lint/suspicious/noExplicitAny: a manifest is a tree of plain values here.
  const [job] = manifestsIn(exported.stdout) as any[];
  const [container] = job.spec.template.spec.containers;
  const [shell, ...words] = container.command as string[];
  const pod = (node: string) =>
    execa(shell!, [...words, ...container.args], {
      env: { ...env, NODE_NAME: node, RUN_NAME: job.metadata.name, RESULTS: join(root, 'results') },
    });
  await Promise.all([pod('node-1'), pod('node-2')]);
  expect(machinesOf(join(root, 'results/fleet'))).toEqual([
    ['node-1', 1],
    ['node-2', 1],
  ]);
  expect((await pod('node-1')).stdout).toContain('is finished.');
}, 120_000);

it('the ssh script measures each machine, brings the results home and names who failed', async () => {
  const { root, engine, env } = place();
  // Stands for ssh: runs the remote words here, in a home of each machine's own.
  const ssh = join(root, 'bin/fake-ssh');
  writeFileSync(
    ssh,
    `#!/bin/sh\nhost=$1; shift\n[ "$host" = down ] && exit 255\nmkdir -p "${root}/$host"; cd "${root}/$host"; HOME="${root}/$host"; export HOME\nexec sh -c "$*"\n`,
  );
  chmodSync(ssh, 0o755);
  const flags = ['--model', engine, '--nodes', 'host-1,down', `--sweep-arguments=${SWEEP}`, '--out', root];
  const exported = await runCli(['export', '--to', 'ssh-sweep', ...flags]);
  expect(exported.exitCode, exported.stderr).toBe(0);
  const script = exported.stdout.trim();
  execFileSync('sh', ['-n', script]);
  const run = await execa('sh', [script], { env: { ...env, SSH: ssh, RESULTS: join(root, 'results') } });
  expect(run.stderr).toContain('down failed');
  expect(machinesOf(join(root, 'results/fleet'))).toEqual([['host-1', 1]]);
}, 120_000);
