import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../src/core/candidate.js';
import { parseCpuList } from '../../../src/core/cpu-list.js';
import { GEOMETRIES } from '../../../src/core/model.js';
import type { Profile } from '../../../src/core/profile.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import { canPlaceThreads } from '../../helpers/can-place-threads.js';
import { chatEvents, chatText, fakeModel, postChat, type Script, until } from '../../helpers/fake-serve.js';
import { profileFor } from '../../helpers/serve-profile.js';

/** The program as a person starts it, with the fake engine behind a real profile. */

let folder: string;
let children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'r1tune-cli-'));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

async function writeProfile(script: Script, change: (profile: Profile) => void = () => {}): Promise<string> {
  const scriptPath = join(folder, 'script.json');
  writeFileSync(scriptPath, JSON.stringify({ kind: 'r1-tune/fake-engine', ...script }));
  const candidate = { ...baseCandidate('fake', 'q4_0', 1), sequences: 4 };
  const profile = await profileFor(fakeModel(scriptPath), candidate, { contextTokens: 2048 });
  profile.modelId = 'fake-r1';
  change(profile);
  const path = join(folder, 'best.json');
  writeFileSync(path, JSON.stringify(profile));
  return path;
}

type Program = { child: ChildProcess; url: string; output: () => string; exit: Promise<number | null> };

function start(args: string[], command = 'serve'): Program {
  const standard = ['--port', '0', '--warm-up', '0'].filter((_, at) => !args.includes(at < 2 ? '--port' : '--warm-up'));
  const child = spawn(process.execPath, [
    'dist/cli/main.js',
    command,
    ...(command === 'serve' ? standard : []),
    ...args,
  ]);
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream!.on('data', (data) => {
      text += data;
    });
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
  return { child, url: '', output: () => text, exit };
}

async function serving(args: string[]): Promise<Program> {
  const program = start(args);
  const url = () => /Serving on (http:\S+)\/v1/.exec(program.output())?.[1];
  await until('it serves', () => url() !== undefined || program.child.exitCode !== null, 40_000);
  if (!url()) throw new Error(program.output());
  return { ...program, url: url()! };
}

async function fails(args: string[]): Promise<{ code: number | null; output: string }> {
  const program = start(args);
  return { code: await program.exit, output: program.output() };
}

/** Processes of this program's workers that are alive. */
function workersOf({ child }: Program): number[] {
  const list = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  return list.trim().split(' ').filter(Boolean).map(Number);
}
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const showsMetric = async ({ url }: Program, line: string): Promise<boolean> =>
  (await (await fetch(`${url}/metrics`)).text()).includes(line);
const SLOW = { cost: { decodeMs: 10 } };

describe.runIf(process.platform === 'linux')('stopping', () => {
  it('SIGTERM under ten streams: all are finished, new ones refused, no process left', async () => {
    const program = await serving(['--profile', await writeProfile(SLOW)]);
    const workers = workersOf(program);
    const streams = Array.from({ length: 10 }, () => chatText(chatEvents(program, { max_tokens: 60, temperature: 0 })));
    await until(
      'four run and the others wait',
      async () =>
        (await showsMetric(program, 'requests_running 4')) && (await showsMetric(program, 'requests_waiting 6')),
    );
    program.child.kill('SIGTERM');
    await until('it says so', () => program.output().includes('SIGTERM'));
    expect((await fetch(`${program.url}/readyz`)).status).toBe(503);
    const refused = await postChat(program, {});
    expect([refused.status, ((await refused.json()) as { error: { code: string } }).error.code]).toEqual([
      503,
      'shutting_down',
    ]);
    const texts = await Promise.all(streams);
    expect(texts.every((text) => text.length > 30 && !text.includes('cut off'))).toBe(true);
    expect(await program.exit).toBe(0);
    await until('the workers are gone', () => !workers.some(isAlive));
  });

  it('a second signal ends it at once', async () => {
    const program = await serving(['--profile', await writeProfile(SLOW)]);
    const workers = workersOf(program);
    const text = chatText(chatEvents(program, { max_tokens: 2000 })).catch(() => 'broken off');
    await until('it runs', () => workers.length > 0);
    program.child.kill('SIGTERM');
    await until('it drains', () => program.output().includes('SIGTERM'));
    const start = performance.now();
    program.child.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(performance.now() - start).toBeLessThan(1500);
    expect(await text).toMatch(/cut off|broken off/);
    await until('the workers are gone', () => !workers.some(isAlive));
  });

  it('--drain-timeout bounds it', async () => {
    const program = await serving(['--profile', await writeProfile(SLOW), '--drain-timeout', '300ms']);
    const text = chatText(chatEvents(program, { max_tokens: 2000 })).catch(() => 'broken off');
    await until('it runs', () => showsMetric(program, 'requests_running 1'));
    program.child.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(program.output()).toContain('--drain-timeout ran out');
    expect(await text).toMatch(/cut off|broken off/);
  });

  it('while it loads, or killed without mercy: no worker is left', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const program = start(['--profile', await writeProfile({ cost: { loadMs: 5000 } })]);
      await until(
        'a worker loads',
        () => program.output().includes('Loading') && workersOf(program).length > 0,
        10_000,
      );
      const workers = workersOf(program);
      program.child.kill(signal);
      await program.exit;
      await until('the worker is gone', () => !workers.some(isAlive));
    }
  });
});

describe.runIf(process.platform === 'linux')('a supervisor killed without mercy', () => {
  it.each<[string, Script, boolean]>([
    ['idle', {}, false],
    ['in the middle of an answer', SLOW, true],
    ['held by a native call', { faults: [{ kind: 'block', at: 'decode', afterCalls: 5, marker: 'held' }] }, true],
  ])('leaves no worker behind: %s', async (_what, script, asks) => {
    const program = await serving([
      '--profile',
      await writeProfile(script, ({ candidate }) => (candidate.replicas = 2)),
    ]);
    const workers = workersOf(program);
    expect(workers).toHaveLength(2);
    const answer = asks ? chatText(chatEvents(program, { max_tokens: 2000 })).catch(() => '') : undefined;
    if (asks) await until('it runs', () => showsMetric(program, 'requests_running 1'));
    if (script.faults) await until('it is held', () => existsSync(join(folder, 'held')));
    program.child.kill('SIGKILL');
    await until('the workers are gone', () => !workers.some(isAlive), 3000);
    await answer;
  });
});

describe('the name of the model', () => {
  it('is that of its file, not a path; the path and the name of the profile are known too', async () => {
    const profile = await writeProfile({}, (it) => {
      it.modelId = join(folder, 'script.json');
      it.name = 'tuned';
    });
    const program = await serving(['--profile', profile]);
    const { data } = (await (await fetch(`${program.url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(['script']);
    for (const model of ['script', 'tuned', 'script.json', join(folder, 'script.json')])
      expect([model, (await postChat(program, { model, max_tokens: 1 })).status]).toEqual([model, 200]);
  });
});

describe('while the model loads', () => {
  it('probes answer, and requests are refused with Retry-After', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const program = start(['--profile', await writeProfile({ cost: { loadMs: 3000 } }), '--port', String(port)]);
    await until(
      'it listens',
      () =>
        fetch(`${url}/livez`).then(
          ({ ok }) => ok,
          () => false,
        ),
      20_000,
    );
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { status: 'loading' }]);
    const refused = await postChat({ url }, {});
    expect([refused.status, await refused.json()]).toMatchObject([503, { error: { code: 'model_loading' } }]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    await until('it serves', () => program.output().includes('Serving on'), 20_000);
    expect((await postChat({ url }, { max_tokens: 1 })).status).toBe(200);
  });
});

describe('workers that keep dying', () => {
  it('end the program, which says why', async () => {
    const faults = [{ kind: 'crash', at: 'decode' }];
    const program = await serving([
      '--profile',
      await writeProfile({ faults }, ({ candidate }) => (candidate.sequences = 1)),
    ]);
    const ask = (content: string) =>
      postChat(program, { messages: [{ role: 'user', content }] }).then(
        ({ status }) => status,
        () => 0,
      );
    const asked = Promise.all(['a', 'b', 'c', 'd'].map(ask));
    expect(await program.exit).toBe(3);
    expect(program.output()).toMatch(/killed by SIGABRT[\s\S]*WORKER_FAILED/);
    for (const status of await asked) expect([500, 0]).toContain(status);
  }, 60_000);
});

describe('--log-requests', () => {
  it('writes a line of JSON a request, without what was asked or answered', async () => {
    const script = { answers: [{ after: '<think>\n', say: 'hm</think>the secret answer' }] };
    const program = await serving(['--profile', await writeProfile(script), '--log-requests']);
    const answer = await postChat(program, { messages: [{ role: 'user', content: 'my secret question' }] });
    expect(await answer.text()).toContain('the secret answer');
    await postChat(program, { surprise: 'my secret field' });
    const lines = () =>
      program
        .output()
        .split('\n')
        .filter((line) => line.includes('/v1/chat/completions'));
    await until('both are logged', () => lines().length === 2);
    expect(lines().map((line) => JSON.parse(line) as object)).toMatchObject([
      { method: 'POST', route: '/v1/chat/completions', status: 200, ms: expect.any(Number) },
      { status: 400 },
    ]);
    expect(program.output()).not.toContain('secret');
  });
});

describe('SIGHUP', () => {
  const answering = (say: string): Script => ({ answers: [{ after: '<think>\n', say: `t</think>${say}` }] });
  const answerOf = async (program: Program) =>
    ((await (await postChat(program, {})).json()) as { choices: { message: { content: string } }[] }).choices[0]!
      .message.content;

  it('brings a new profile without losing a request, and keeps the old one when the new is bad', async () => {
    const profile = await writeProfile(answering('one'));
    const program = await serving(['--profile', profile]);
    expect(await answerOf(program)).toBe('one');
    await writeProfile(answering('two'));
    const during: string[] = [];
    program.child.kill('SIGHUP');
    await until(
      'the new profile is served',
      async () => during.push(await answerOf(program)) > 0 && program.output().includes('Serving the new profile'),
      15_000,
    );
    expect(during.every((answer) => answer === 'one' || answer === 'two')).toBe(true);
    expect(await answerOf(program)).toBe('two');
    writeFileSync(profile, '{}');
    program.child.kill('SIGHUP');
    await until('it complains', () => program.output().includes('The old profile is kept'));
    await writeProfile({ faults: [{ kind: 'crash', at: 'load' }] });
    program.child.kill('SIGHUP');
    const complaints = () => program.output().split('The old profile is kept').length - 1;
    await until('it complains again', () => complaints() === 2, 15_000);
    await writeProfile(answering('three'));
    expect(await answerOf(program)).toMatch(/two|three/);
  });
});

describe.skipIf(!canPlaceThreads)('a profile with --thread-placement apart', () => {
  /** CPUs of the thread of a process's event loop, as a kernel list. */
  const loopCpus = (pid: number) =>
    /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]!;

  async function tinyProfile(placement: object): Promise<string> {
    const path = join(folder, 'tiny.gguf');
    const model = await synthesizeGguf({ geometry: GEOMETRIES.tiny, quant: 'q4_0', seed: 1, path });
    const profile = await profileFor(model, { ...baseCandidate('llama-cpp', 'q4_0', 1), ...placement });
    const file = join(folder, 'best.json');
    writeFileSync(file, JSON.stringify(profile));
    return file;
  }

  it('keeps the server off the CPU of its worker, in life, after a death, and until another profile', async () => {
    const all = loopCpus(process.pid);
    const program = await serving(['--profile', await tinyProfile({ threadPlacement: 'apart' })]);
    const [first, ...others] = parseCpuList(all);
    const isApart = () => {
      const [worker] = workersOf(program);
      return worker !== undefined && loopCpus(worker) === String(first);
    };
    await until('the worker is placed', isApart);
    await until('the engine is named', () => /Loaded by llama\.cpp /.test(program.output()));
    expect(parseCpuList(loopCpus(program.child.pid!))).toEqual(others);
    const [worker] = workersOf(program);
    process.kill(worker!, 'SIGKILL');
    await until('another one is placed', () => workersOf(program)[0] !== worker && isApart(), 20_000);
    expect(parseCpuList(loopCpus(program.child.pid!))).toEqual(others);
    await tinyProfile({});
    program.child.kill('SIGHUP');
    await until('the new profile is served', () => program.output().includes('Serving the new profile'), 20_000);
    // Neither the machine nor the new worker was seen through the narrowed thread.
    expect(program.output()).not.toContain('Not as measured');
    expect([program.child.pid!, ...workersOf(program)].map(loopCpus)).toEqual([all, all]);
  });
});

describe('what is refused before anything starts', () => {
  it('an address that others can reach, without a key', async () => {
    const { code, output } = await fails(['--profile', await writeProfile({}), '--host', '0.0.0.0']);
    expect(code).toBe(2);
    expect(output).toContain('--key-file');
  });

  it('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const { code, output } = await fails(['--profile', await writeProfile({}), '--port', String(port)]);
    other.close();
    expect(code).toBe(3);
    expect(output).toContain('PORT_IN_USE');
  });

  it('more memory than there is, with the numbers', async () => {
    const profile = await writeProfile({}, ({ model }) => {
      model.sizeBytes = 900 * 1024 ** 4;
    });
    const { code, output } = await fails(['--profile', profile]);
    expect(code).toBe(3);
    expect(output).toMatch(/900 TiB of weights .* KV cache .* memory limit is/);
  });

  it('a profile that is none, a model that is not there, keys that are too short', async () => {
    writeFileSync(join(folder, 'none.json'), '{"kind":"r1-tune/profile"');
    expect(await fails(['--profile', join(folder, 'none.json')])).toMatchObject({
      code: 2,
      output: expect.stringContaining('PROFILE_INVALID'),
    });
    const missing = await writeProfile({}, ({ model }) => {
      model.path = '/nowhere.gguf';
    });
    expect(await fails(['--profile', missing])).toMatchObject({
      code: 2,
      output: expect.stringContaining('MODEL_NOT_FOUND'),
    });
    writeFileSync(join(folder, 'keys'), 'name:short\n');
    const result = await fails(['--profile', await writeProfile({}), '--key-file', join(folder, 'keys')]);
    expect(result).toMatchObject({ code: 2, output: expect.stringContaining('line 1') });
    expect(result.output).not.toContain('short\n');
  });

  it('numbers that are none', async () => {
    const profile = await writeProfile({});
    for (const [flag, value] of [
      ['--workers', '0'],
      ['--max-queue', '-1'],
      ['--warm-up', 'x'],
      ['--port', '70000'],
    ] as const)
      expect(await fails(['--profile', profile, flag, value])).toMatchObject({
        code: 2,
        output: expect.stringContaining(flag),
      });
  });

  it('a worker that cannot load, with its own words', async () => {
    const { code, output } = await fails([
      '--profile',
      await writeProfile({ faults: [{ kind: 'error', at: 'load' }] }),
    ]);
    expect(code).toBe(3);
    expect(output).toContain('The script of the fake engine fails here (load).');
  });
});

describe('what differs from the measurement', () => {
  it('is named field by field', async () => {
    const profile = await writeProfile({}, ({ machine, provenance }) => {
      machine.hard.model = 'Imaginary 9000';
      machine.soft.kernel = '1.0';
      provenance.engine = 'an engine of last year';
    });
    const program = await serving(['--profile', profile]);
    expect(program.output()).toMatch(/Not as measured: machine model: measured on Imaginary 9000, here \S/);
    expect(program.output()).toContain('Not as measured: environment kernel: measured on 1.0');
    await until('the engine too', () => /engine: measured on an engine of last year, here \S/.test(program.output()));
  });

  it('warm-up compares the speed, and --strict makes readiness depend on it', async () => {
    const profile = await writeProfile({ cost: { decodeMs: 20 } });
    const args = ['--profile', profile, '--warm-up', '2'];
    const health = async (program: Program) => {
      const response = await fetch(`${program.url}/readyz`);
      return { code: response.status, ...((await response.json()) as { status: string; decode: { ratio: number } }) };
    };
    // The profile promises 100 tok/s, the engine does 50.
    const lenient = await health(await serving(args));
    expect(lenient).toMatchObject({ code: 200, status: 'degraded' });
    expect(lenient.decode.ratio).toBeGreaterThan(0.3);
    expect(lenient.decode.ratio).toBeLessThan(0.55);
    expect(await health(await serving([...args, '--strict']))).toMatchObject({ code: 503, status: 'degraded' });
  });
});

describe('serve --verify', () => {
  it('is content with a server as fast as its profile, and exits 1 for a slower one', async () => {
    const profile = await writeProfile({ cost: { decodeMs: 5 } });
    const program = await serving(['--profile', profile]);
    const verify = async (rate: number) => {
      const promise = await writeProfile({ cost: { decodeMs: 5 } }, ({ expected }) => {
        expected.decodeTokensPerSecond.estimate = rate;
      });
      return fails(['--profile', promise, '--verify', program.url]);
    };
    expect(await verify(30)).toMatchObject({ code: 0, output: expect.stringContaining('"ok": true') });
    expect(await verify(2000)).toMatchObject({ code: 1, output: expect.stringContaining('"ok": false') });
  });
});
