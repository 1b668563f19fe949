import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { machineSchema } from '../../src/core/machine.js';
import { generateMachine, readDescription, writeMachine } from '../helpers/machines/generated.js';

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'r1-tune-probe-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

type Ended = { code: number; stdout: string; stderr: string };
async function probe(...args: string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [file('dist/cli/main.js'), 'probe', ...args],
      { cwd: scratch, maxBuffer: 2 ** 26 },
    );
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Ended & Error;
  }
}

/** CPU time of children that have ended, in seconds: fields 16 and 17 of /proc/self/stat, in ticks of 10 ms. */
function childrenCpuSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

describe('r1-tune probe', () => {
  it('prints the document alone on stdout with --json', async () => {
    const { code, stdout, stderr } = await probe('--no-bandwidth', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const machine = machineSchema.parse(JSON.parse(stdout));
    expect(machine).toMatchObject({ isLive: true, bandwidth: null });
  });

  it('prints a page without colours when not on a terminal', async () => {
    const { code, stdout } = await probe('--no-bandwidth');
    expect(code).toBe(0);
    expect(stdout).toContain('Threads');
    expect(stdout).not.toContain(String.fromCharCode(27));
  });

  it('measures bandwidth unless told not to, with progress on stderr', async () => {
    const { stdout, stderr } = await probe('--json');
    expect(machineSchema.parse(JSON.parse(stdout)).bandwidth?.points.length).toBeGreaterThan(0);
    expect(stderr).toContain('measuring memory bandwidth');
  });

  it('packs this machine and reads it back', async () => {
    const packed = await probe('--capture', 'machine.gz');
    expect(packed).toMatchObject({ code: 0 });
    const live = JSON.parse((await probe('--json', '--no-bandwidth')).stdout);
    const recorded = JSON.parse((await probe('--json', '--sysroot', 'machine.gz')).stdout);
    expect(recorded.isLive).toBe(false);
    expect(recorded.topology).toEqual(live.topology);
    expect(recorded.fingerprint.hash).toBe(live.fingerprint.hash);
  });

  it('reads a recorded machine from a folder', async () => {
    const folder = writeMachine(generateMachine(readDescription('core-ultra-5-225u')), join(scratch, '225u'));
    const { stdout } = await probe('--sysroot', folder);
    expect(stdout).toContain('Intel(R) Core(TM) Ultra 5 225U');
    expect(stdout).toContain('14 CPUs · 12 cores (2 P-cores, 8 E-cores, 2 low-power E-cores)');
  });

  it.each([
    [['--sysroot', 'absent'], 'SYSROOT_INVALID', 'there is no such file or folder'],
    [['--sysroot', '.'], 'SYSROOT_INVALID', 'neither proc/ nor sys/'],
    [['--sysroot', '.', '--bandwidth'], 'USAGE', 'cannot measure a recorded machine'],
    [['--sysroot', '.', '--capture', 'x'], 'USAGE', 'not a recorded one'],
    [['--capture', 'no/such/folder/x'], 'OUTPUT_UNWRITABLE', 'cannot be written'],
  ])('refuses %j with one message and the fix', async (args, errorCode, words) => {
    const { code, stdout, stderr } = await probe(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr).toContain(`[${errorCode}]`);
    expect(stderr).toContain('→');
  });
});

describe.skipIf(process.platform !== 'linux')('cold start', () => {
  /** CPU seconds of a Node process: other programs share the machine, and on an idle one it is no less than the wall time. */
  const cpuSeconds = (program: string): number => {
    const before = childrenCpuSeconds();
    spawnSync(process.execPath, ['--input-type=module', '-e', program]);
    return childrenCpuSeconds() - before;
  };

  it('of the probe takes less than half a second, or on a slow CPU three times what Node and zod take', () => {
    const command = pathToFileURL(file('dist/cli/commands/probe.js')).href;
    const program = `const { probeCommand } = await import(${JSON.stringify(command)}); await probeCommand.handler({ json: true, bandwidth: false });`;
    const before = childrenCpuSeconds();
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    const used = childrenCpuSeconds() - before;
    expect(status).toBe(0);
    expect(JSON.parse(stdout).kind).toBe('r1-tune/machine');
    const bare = cpuSeconds(`await import(${JSON.stringify(pathToFileURL(file('node_modules/zod/index.js')).href)})`);
    expect(used).toBeLessThan(Math.max(0.5, 3 * bare));
  });
});
