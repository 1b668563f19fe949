import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { Machine } from '../../../../src/core/machine.js';
import type { Host } from '../../../../src/core/ports.js';
import { captureMachine, writeCapture } from '../../../../src/probes/capture/index.js';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { openSysroot } from '../../../../src/probes/host/sysroot.js';
import { liveHost, probeMachine } from '../../../../src/probes/index.js';
import { generateMachine, readDescription } from '../../../helpers/machines/generated.js';
import { RecordedMachines } from '../../../helpers/machines/recorded.js';

const scratch = mkdtempSync(join(tmpdir(), 'r1-tune-capture-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function roundTrip(host: Host, name: string): Promise<Machine> {
  const file = join(scratch, name);
  writeCapture(file, captureMachine(host));
  return probeMachine(openSysroot(file));
}

/** What a capture keeps: all but the marks of a live probe and of the environment. */
const lasting = ({ isLive: _, probedAt: __, platform, ...machine }: Machine) => ({
  ...machine,
  platform: { ...platform, node: null },
  fingerprint: { ...machine.fingerprint, soft: { ...machine.fingerprint.soft, node: null } },
});

const container = generateMachine(readDescription('cloud-epyc-9654'));
const ID = 'f3a9c8e1b2d4f3a9c8e1b2d4f3a9c8e1b2d4f3a9c8e1b2d4f3a9c8e1b2d4abcd';
Object.assign(container.files, {
  '/.dockerenv': '',
  '/proc/sys/kernel/hostname': 'build-7.example.org',
  '/proc/version': 'Linux version 6.8.0-31-generic (buildd@lcy02-amd64-080) (gcc) #31 SMP',
  '/proc/sys/kernel/osrelease': '6.8.0-31-generic',
  '/proc/cpuinfo': `${container.files['/proc/cpuinfo']}\nSerial : 00000000deadbeef`,
  '/proc/self/status': 'Name:\tnode\nUid:\t1000\nCpus_allowed_list:\t0-7\nMems_allowed_list:\t0\n',
  '/proc/self/cgroup': `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1234.slice/cri-containerd-${ID}.scope`,
  '/proc/self/mountinfo': [
    '1 0 0:26 / / rw - overlay overlay rw,lowerdir=/var/lib/secret',
    '30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
    '50 1 8:1 /home/alice/project /work rw - ext4 /dev/sda1 rw',
    '60 1 0:50 / /nfs rw - nfs nas.example.org:/secret rw',
  ].join('\n'),
  [`/sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1234.slice/cri-containerd-${ID}.scope/cpu.max`]:
    '250000 100000',
  '/proc/1/environ': 'PASSWORD=hunter2\0container=podman\0',
  '/proc/self/limits': 'Limit Soft Hard Units\nMax locked memory 8388608 8388608 bytes\nMax processes 99 99 processes',
  '/etc/os-release': 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12"\nHOME_URL="https://build-7.example.org/"',
  '/usr/bin/taskset': 'elf',
});

describe('capture', () => {
  it('of this machine probes as this machine', async () => {
    const host = liveHost({ PATH: '/usr/bin:/bin' });
    const [live, captured] = [await probeMachine(host), await roundTrip(host, 'live')];
    const steady = (machine: Machine) => {
      const { load: _, power: __, advice: ___, memory: ____, numa, ...rest } = lasting(machine);
      return {
        ...rest,
        numa: numa.nodes.map(({ freeBytes: _____, memoryBytes: ______, availableBytes: _______, ...node }) => node),
      };
    };
    const hidden = (machine: Machine) =>
      JSON.parse(JSON.stringify(steady(machine)).replaceAll(/\/sys\/fs\/cgroup[^" ]*/g, 'cgroup')) as unknown;
    expect(hidden(captured)).toEqual(hidden(live));
    expect(captured.isLive).toBe(false);
  });

  it('keeps what decides and takes out what names someone', async () => {
    const host = memoryHost(container);
    const [before, after] = [await probeMachine(host), await roundTrip(host, 'pod')];
    expect(after.limits).toMatchObject({ quotaCpus: 2.5, threadBudget: before.limits.threadBudget });
    expect(after.virtualization).toMatchObject({ isContainer: { value: true }, isKubernetes: { value: true } });
    expect(after.topology).toEqual(before.topology);
    expect(after.fingerprint).toEqual(before.fingerprint);
    expect(after.tools).toEqual([{ name: 'taskset', path: '/usr/bin/taskset' }]);
    const text = gunzipSync(readFileSync(join(scratch, 'pod'))).toString();
    for (const secret of [
      'example.org',
      'build-7',
      'buildd',
      'deadbeef',
      ID,
      'pod1234',
      'hunter2',
      'alice',
      'nas.',
      'lowerdir',
      'Uid',
    ])
      expect(text.includes(secret), secret).toBe(false);
  });

  it('blanks serial numbers of memory modules and keeps the rest', async () => {
    const recordings = RecordedMachines.open();
    if (!recordings) return;
    const source = recordings.host('hwloc/32em64t-2n8c+dax+nvme+mic+dimms.tar.bz2');
    const raw = Buffer.from(source.readBytes('/sys/firmware/dmi/entries/17-0/raw')!).toString('latin1');
    const strings = raw
      .slice(raw.charCodeAt(1))
      .split('\0')
      .filter((text) => text !== '');
    const [before, after] = [await probeMachine(source), await roundTrip(source, 'dimms')];
    expect(after.memory.dimms).toEqual(before.memory.dimms);
    const kept = Buffer.from(
      openSysroot(join(scratch, 'dimms')).readBytes('/sys/firmware/dmi/entries/17-0/raw')!,
    ).toString('latin1');
    const serial = strings[raw.charCodeAt(0x18) - 1]!;
    expect(serial.length).toBeGreaterThan(3);
    expect(kept).not.toContain(serial);
    expect(kept).toContain('DIMM_A1');
  });

  it('keeps a denied file denied', async () => {
    const zone = '/sys/class/powercap/intel-rapl:0';
    const host = memoryHost({
      arch: 'x64',
      files: { ...generateMachine(readDescription('dual-epyc-7763')).files, [`${zone}/name`]: 'package-0' },
      denied: [`${zone}/energy_uj`],
    });
    const { power } = await roundTrip(host, 'denied');
    expect(power.energyZones.confidence).toBe('needs-root');
    expect(power.energyZones.value?.[0]).toMatchObject({ name: 'package-0', isReadable: false });
  });

  it('refuses other versions and places that cannot be written', () => {
    writeFileSync(join(scratch, 'newer'), gzipSync(JSON.stringify({ kind: 'r1-tune/capture', schemaVersion: 99 })));
    expect(() => openSysroot(join(scratch, 'newer'))).toThrow(/not a capture of version 1/);
    expect(() => writeCapture(join(scratch, 'no/such/folder/file'), captureMachine(memoryHost(container)))).toThrow(
      /cannot be written/,
    );
  });
});
