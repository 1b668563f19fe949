import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { R1Error } from '../../../../src/core/errors.js';
import { openSysroot } from '../../../../src/probes/host/sysroot.js';
import { liveHost, probeMachine } from '../../../../src/probes/index.js';
import {
  generateMachine,
  type MachineDescription,
  readDescription,
  writeMachine,
} from '../../../helpers/machines/generated.js';

const scratch = mkdtempSync(join(tmpdir(), 'r1-tune-sysroot-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const folder = (name: string) => join(scratch, name);

function refusal(act: () => unknown): R1Error {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(R1Error);
    return error as R1Error;
  }
  throw new Error('nothing was thrown');
}

describe('--sysroot', () => {
  it('reads a folder as the same machine as its files in memory', async () => {
    const recorded = generateMachine(readDescription('core-ultra-5-225u'));
    const machine = await probeMachine(openSysroot(writeMachine(recorded, folder('225u'))));
    expect(machine.topology.machine).toMatchObject({ cpus: 14, cores: 12, llcDomains: 1 });
    expect(machine.platform.arch).toBe('x64');
    expect(machine.isLive).toBe(false);
    expect(machine.probedAt).toBeNull();
  });

  it('never shows files of the machine it is read on', () => {
    const root = folder('links');
    mkdirSync(join(root, 'sys'), { recursive: true });
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/inside'), 'inside\n\0');
    writeFileSync(join(scratch, 'outside'), 'outside');
    symlinkSync('/etc/inside', join(root, 'sys/absolute'));
    symlinkSync('/etc/passwd', join(root, 'sys/host-file'));
    symlinkSync('../../outside', join(root, 'sys/climbing'));
    symlinkSync('/etc', join(root, 'folder'));
    symlinkSync('loop', join(root, 'sys/loop'));
    const host = openSysroot(root);
    expect(host.read('/sys/absolute')).toBe('inside');
    expect(host.read('/sys/host-file')).toBeUndefined();
    expect(host.read('/sys/climbing')).toBeUndefined();
    expect(host.read('/../../outside')).toBeUndefined();
    expect(host.read('/folder/inside')).toBe('inside');
    expect(host.list('/folder')).toEqual(['inside']);
    expect(host.read('/sys/loop')).toBeUndefined();
    expect(host.readLink('/sys/absolute')).toBe('/etc/inside');
    expect(host.exists('/sys/host-file')).toBe(false);
    expect(host.unreadable('/sys/host-file')).toBe('missing');
  });

  it('knows no environment', () => {
    const host = openSysroot(folder('links'));
    expect(host.env('PATH')).toBeUndefined();
    expect(host.envNames()).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('tells a file that may not be read from one that is not there', () => {
    const file = join(folder('links'), 'sys/secret');
    writeFileSync(file, '1');
    chmodSync(file, 0);
    expect(openSysroot(folder('links')).unreadable('/sys/secret')).toBe('denied');
  });

  it('refuses what is no machine, with the fix', () => {
    const parent = folder('parent');
    mkdirSync(join(parent, 'machine/proc'), { recursive: true });
    writeFileSync(folder('text'), 'not a capture');
    expect(refusal(() => openSysroot(folder('absent'))).message).toContain('there is no such file or folder');
    expect(refusal(() => openSysroot(parent)).fix).toContain(join(parent, 'machine'));
    expect(refusal(() => openSysroot(folder('text')))).toMatchObject({ code: 'SYSROOT_INVALID' });
    expect(refusal(() => openSysroot(folder('text'))).fix).toContain('Unpack');
  });
});

describe('speed', () => {
  const big: MachineDescription = {
    about: '512 CPUs',
    arch: 'x64',
    cpuinfo: { vendor_id: 'AuthenticAMD', 'model name': 'two of 128 cores', flags: `${'word '.repeat(130)}lm avx2` },
    numbering: 'cores-first',
    packages: Array.from({ length: 2 }, () => ({
      nodes: Array.from({ length: 4 }, () => ({
        memoryGiB: 96,
        caches: Array.from({ length: 4 }, () => ({
          l3KiB: 32768,
          groups: [{ cores: 8, threads: 2, maxKHz: 3700000, baseKHz: 2200000 }],
        })),
      })),
    })),
  };

  it('probes 512 CPUs from a folder in less than a second of CPU time', async () => {
    const root = writeMachine(generateMachine(big), folder('big'));
    const before = process.cpuUsage();
    const machine = await probeMachine(openSysroot(root));
    const used = process.cpuUsage(before);
    expect(machine.topology.machine).toMatchObject({ cpus: 512, cores: 256, nodes: 8, llcDomains: 32 });
    // CPU time, because other tests share the CPUs; on an idle machine it is the wall time.
    expect((used.user + used.system) / 1000).toBeLessThan(1000);
  }, 60_000);
});

describe('the running machine', () => {
  it('reads itself', async () => {
    const machine = await probeMachine(liveHost(), {
      clock: { now: () => 0, monotonicMs: () => 0, sleep: async () => {} },
    });
    expect(machine.probedAt).toBe('1970-01-01T00:00:00.000Z');
    expect(machine.platform).toMatchObject({
      os: process.platform,
      arch: process.arch,
      node: { value: process.version },
    });
    expect(machine.topology.allowed.cpus.length).toBeGreaterThan(0);
    expect(machine.memory.usableBytes.value).toBeGreaterThan(0);
  });

  it('reads the environment it was given', () => {
    const host = liveHost({ A: '1' });
    expect(host.env('A')).toBe('1');
    expect(host.envNames()).toEqual(['A']);
  });
});
