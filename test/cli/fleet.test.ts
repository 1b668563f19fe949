import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Fleet } from '../../src/core/fleet.js';
import { tempFolder } from '../helpers/fake-model.js';
import { runCli } from '../helpers/run-cli.js';
import { sampleRun } from '../helpers/sample-run.js';

it('many machines may collect into one folder at once: nothing is lost and nothing is torn', async () => {
  const results = tempFolder('fleet-cli');
  const run = sampleRun({ trials: 60 });
  const nodes = Array.from({ length: 6 }, (_, i) => `node-${i}`);
  for (const node of nodes) {
    mkdirSync(join(results, node));
    writeFileSync(join(results, node, 'run.json'), JSON.stringify({ ...run, id: node }));
  }
  const into = join(results, 'fleet');
  const all = await Promise.all(
    nodes.map((node) => runCli(['fleet', 'collect', join(results, node), '--node', node, '--into', into])),
  );
  expect(all.map(({ exitCode, stderr }) => [exitCode, stderr.includes('r1-tune:')])).toEqual(
    nodes.map(() => [0, false]),
  );
  const fleet = JSON.parse(readFileSync(join(into, 'FLEET.json'), 'utf8')) as Fleet;
  expect(fleet.kinds.flatMap(({ machines }) => machines.map(({ node }) => node))).toEqual(nodes);
  expect(readdirSync(into).sort()).toEqual(['FLEET.json', 'entries']);
}, 60_000);
