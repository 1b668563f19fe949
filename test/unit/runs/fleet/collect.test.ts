import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../../../src/core/run-result.js';
import { captureMachine, writeCapture } from '../../../../src/probes/capture/index.js';
import { type CollectRequest, collect } from '../../../../src/runs/fleet/collect.js';
import { openRunContext } from '../../../../src/runs/open-context.js';
import { readFleet } from '../../../../src/store/fleet-folder.js';
import { readRun } from '../../../../src/store/run-folder.js';
import { tempFolder } from '../../../helpers/fake-model.js';
import { sampleMachine } from '../../../helpers/sample-machine.js';
import { sampleRun } from '../../../helpers/sample-run.js';

const SAMPLE = join(import.meta.dirname, '../../../../results/sample');

function runFolder(parent: string, name: string, run: RunResult = sampleRun({ trials: 60 })): string {
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...run, id: name }));
  return folder;
}

const take = (sources: string[], into: string, more: Partial<CollectRequest> = {}) =>
  collect({ sources, into, nodeFromFolder: false, ...more }, openRunContext());

const machines = (into: string) =>
  readFleet(into).kinds.flatMap(({ machines }) => machines.map(({ node, runs }) => [node, runs.length]));

describe('collect', () => {
  it('merges the sample and two further runs of its machine, of other days and seeds, as one machine', async () => {
    const results = tempFolder('fleet');
    const into = join(results, 'fleet');
    cpSync(SAMPLE, join(results, 'sample'), { recursive: true });
    const sample = readRun(SAMPLE);
    for (const [name, day] of [
      ['second', '24'],
      ['third', '25'],
    ] as const)
      runFolder(results, name, {
        ...sample,
        startedAt: sample.startedAt.replace(/-\d\dT/, `-${day}T`),
        finishedAt: sample.finishedAt.replace(/-\d\dT/, `-${day}T`),
        plan: { ...sample.plan, seed: Number(day) },
      });
    const { added, fleet } = await take([results], into);
    expect(added).toBe(3);
    expect(fleet.kinds.map(({ id }) => id)).toEqual([sample.machine.fingerprint.hash]);
    expect(machines(into)).toEqual([[null, 3]]);
    const [first] = fleet.kinds[0]!.machines[0]!.runs;
    expect(first!.profile!.candidate).toEqual(JSON.parse(readFileSync(join(SAMPLE, 'best.json'), 'utf8')).candidate);
  });

  it('takes a document once, from wherever it comes and however often', async () => {
    const results = tempFolder('fleet');
    const folder = runFolder(results, 'run-1');
    cpSync(folder, join(results, 'copy/of/run-1'), { recursive: true });
    symlinkSync(results, join(results, 'circle'));
    const into = join(results, 'fleet');
    expect(await take([results], into)).toMatchObject({ added: 1, known: 1, setAside: [] });
    const before = readFileSync(join(into, 'FLEET.json'), 'utf8');
    expect(await take([results, join(folder, 'run.json')], into)).toMatchObject({ added: 0, known: 3 });
    expect(readFileSync(join(into, 'FLEET.json'), 'utf8')).toBe(before);
  });

  it('names machines by --node or by the folder, and merges fleets', async () => {
    const results = tempFolder('fleet');
    for (const host of ['host-1', 'host-2']) runFolder(join(results, 'in', host), `sweep-of-${host}`);
    const one = join(results, 'one');
    await take([join(results, 'in')], one, { nodeFromFolder: true });
    expect(machines(one)).toEqual([
      ['host-1', 1],
      ['host-2', 1],
    ]);
    const two = join(results, 'two');
    await take([runFolder(results, 'alone')], two, { node: 'host-3' });
    await take([one], two);
    expect(machines(two).map(([node]) => node)).toEqual(['host-1', 'host-2', 'host-3']);
  });

  it('names what is damaged, sets it aside and takes the rest', async () => {
    const results = tempFolder('fleet');
    const good = runFolder(results, 'good');
    const text = readFileSync(join(good, 'run.json'), 'utf8');
    const broken: Record<string, [string, string][]> = {
      torn: [['run.json', text.slice(0, text.length / 2)]],
      strange: [['run.json', '{"kind":"somebody-else/run","schemaVersion":1}']],
      newer: [['run.json', text.replace('"schemaVersion":1', '"schemaVersion":99')]],
      cut: [['plan.json', '{}']],
      gate: [['gate.json', '{"kind":"r1-tune/gate"}']],
      probe: [['machine.json', '{']],
    };
    for (const [name, files] of Object.entries(broken)) {
      mkdirSync(join(results, name));
      for (const [file, content] of files) writeFileSync(join(results, name, file), content);
    }
    const into = join(results, 'fleet');
    const { added, setAside } = await take([results], into);
    expect(added).toBe(1);
    expect(setAside.map(({ source }) => source).sort()).toEqual(
      Object.keys(broken)
        .map((name) => join(results, name))
        .sort(),
    );
    for (const { reason } of setAside) expect(reason.length).toBeGreaterThan(20);
    expect(readFleet(into).setAside).toHaveLength(6);
    writeFileSync(join(results, 'torn/run.json'), JSON.stringify({ ...JSON.parse(text), id: 'torn' }));
    await take([join(results, 'torn')], into);
    expect(readFleet(into).setAside).toHaveLength(5);
  });

  it('says so when an entry of the fleet itself is damaged, and does not lose the others', async () => {
    const results = tempFolder('fleet');
    runFolder(results, 'good');
    const into = join(results, 'fleet');
    await take([results], into);
    writeFileSync(join(into, 'entries/0000.json'), '{"kind":');
    const { setAside, fleet } = await take([results], into);
    expect(setAside.map(({ source }) => source)).toEqual([join(into, 'entries/0000.json')]);
    expect(fleet.kinds).toHaveLength(1);
    expect(readdirSync(join(into, 'entries'))).toHaveLength(2);
  });

  it('takes gates with their machine, and captures', async () => {
    const results = tempFolder('fleet');
    mkdirSync(join(results, 'gate'));
    writeFileSync(join(results, 'gate/machine.json'), JSON.stringify(sampleMachine()));
    writeFileSync(
      join(results, 'gate/gate.json'),
      JSON.stringify({
        ...{ schemaVersion: 1, kind: 'r1-tune/gate', mode: 'paired', verdict: 'FAIL', reasons: ['8 % slower'] },
        ...{ baseline: { name: 'v1' }, candidate: { name: 'v2' }, finishedAt: '2026-11-01T00:00:00.000Z' },
      }),
    );
    writeCapture(join(results, 'here.gz'), captureMachine(openRunContext().host));
    const { fleet, added } = await take([results], join(results, 'fleet'));
    expect(added).toBe(2);
    const all = fleet.kinds.flatMap(({ machines }) => machines);
    expect(all.flatMap(({ gates }) => gates.map(({ verdict, candidate }) => [verdict, candidate]))).toEqual([
      ['FAIL', 'v2'],
    ]);
    expect(all.flatMap(({ captures }) => captures)).toHaveLength(1);
  });

  it('fetches a run by its address, and sets an address aside that has none', async () => {
    const results = tempFolder('fleet');
    const text = readFileSync(join(runFolder(results, 'far'), 'run.json'), 'utf8');
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/far/run.json' ? 200 : 404;
      response.end(response.statusCode === 200 ? text : '');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const { added, setAside } = await take([`${base}/far/`, `${base}/near`], join(results, 'fleet'), { node: 'far' });
      expect(added).toBe(1);
      expect(setAside).toEqual([{ source: `${base}/near`, reason: `${base}/near/run.json answered 404.` }]);
    } finally {
      server.close();
    }
  });

  it.each([
    [['/no/such/place'], {}, /does not exist/],
    [[tempFolder('empty')], {}, /Nothing to collect/],
    [[SAMPLE], { node: 'a', nodeFromFolder: true }, /give one of them/],
  ])('refuses %s %o', async (sources, more, message) => {
    await expect(take(sources, join(tempFolder('fleet'), 'fleet'), more)).rejects.toThrow(message);
  });
});
