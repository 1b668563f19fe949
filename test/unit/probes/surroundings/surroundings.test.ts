import { describe, expect, it } from 'vitest';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { parsePressure } from '../../../../src/probes/surroundings/load.js';
import { generateMachine, readDescription } from '../../../helpers/machines/generated.js';
import { overlay } from '../../../helpers/machines/overlay.js';

const bare = memoryHost(generateMachine(readDescription('dual-epyc-7763')));
const probed = (changes: Record<string, string | null>) => probeMachine(overlay(bare, changes));
const MOUNTS = '30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw';

describe('all probes', () => {
  it('survives a machine that shows nothing', async () => {
    const machine = await probeMachine(memoryHost({ arch: 'unknown', files: {} }));
    expect(machine.topology.machine).toMatchObject({ cpus: 1, cores: 1 });
    expect(machine.limits.threadBudget).toBe(1);
    expect(machine.memory.usableBytes).toMatchObject({ value: null, confidence: 'unknown' });
    expect(machine.cpu.isa.avx2).toBeNull();
  });
});

describe('containers and virtual machines', () => {
  type Case = [string, Record<string, string>, Record<string, unknown>];
  const cases: Case[] = [
    [
      'bare metal',
      { '/proc/self/cgroup': '0::/user.slice', '/proc/self/mountinfo': MOUNTS },
      { isContainer: false, isVm: false, isKubernetes: false, containerRuntime: null },
    ],
    ['Docker', { '/.dockerenv': '' }, { isContainer: true, containerRuntime: 'docker', isVm: false }],
    ['Podman', { '/run/.containerenv': 'engine="podman"' }, { isContainer: true, containerRuntime: 'podman' }],
    ['LXC', { '/proc/1/environ': 'HOME=/\0container=lxc\0' }, { isContainer: true, containerRuntime: 'lxc' }],
    [
      'a pod',
      { '/proc/self/cgroup': '0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-abc.scope' },
      { isContainer: true, containerRuntime: 'containerd', isKubernetes: true },
    ],
    [
      'a pod with a private cgroup namespace',
      {
        '/proc/self/cgroup': '0::/',
        '/proc/self/mountinfo': `${MOUNTS}\n70 1 8:1 /var/lib/kubelet/pods/abc/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw`,
      },
      { isKubernetes: true },
    ],
    [
      'an overlay as root',
      { '/proc/self/cgroup': '0::/', '/proc/self/mountinfo': `1 0 0:26 / / rw - overlay overlay rw\n${MOUNTS}` },
      { isContainer: true },
    ],
    [
      'a host that runs Docker',
      {
        '/proc/self/cgroup': '0::/user.slice',
        '/proc/self/mountinfo': `${MOUNTS}\n80 1 0:60 / /var/lib/docker/overlay2/abc/merged rw - overlay overlay rw`,
      },
      { isContainer: false, containerRuntime: null },
    ],
    ['WSL', { '/proc/version': 'Linux version 5.15.90.1-microsoft-standard-WSL2 (oe-user@oe-host)' }, { isWsl: true }],
    [
      'a guest that shows only its devices',
      { '/proc/bus/pci/devices': '0010\t80eebeef\t12\te0000008' },
      { isVm: true, hypervisor: 'virtualbox' },
    ],
    [
      "a cloud vendor's bare metal",
      { '/sys/class/dmi/id/sys_vendor': 'Amazon EC2', '/sys/class/dmi/id/product_name': 'm7a.metal-48xl' },
      { isVm: false },
    ],
  ];
  it.each(cases)('%s', async (_name, files, expected) => {
    const { virtualization } = await probed(files);
    const found = Object.fromEntries(
      Object.keys(expected).map((key) => [key, virtualization[key as keyof typeof virtualization].value]),
    );
    expect(found).toEqual(expected);
  });

  it('both at once', async () => {
    const { virtualization } = await probeMachine(
      overlay(memoryHost(generateMachine(readDescription('cloud-epyc-9654'))), { '/.dockerenv': '' }),
    );
    expect(virtualization).toMatchObject({ isContainer: { value: true }, isVm: { value: true } });
  });
});

describe('kernel settings', () => {
  it('reads words, numbers and opposite senses of turbo', async () => {
    const { knobs, limits } = await probed({
      '/sys/kernel/mm/transparent_hugepage/enabled': 'always madvise [never]',
      '/sys/devices/system/cpu/cpufreq/boost': '1',
      '/proc/sys/vm/swappiness': '60\n',
      '/sys/devices/system/cpu/isolated': '4-7',
      '/sys/devices/system/cpu/nohz_full': '(null)',
      '/proc/self/limits': 'Max locked memory         unlimited            unlimited            bytes',
      '/sys/devices/system/cpu/vulnerabilities/meltdown': 'Not affected',
      '/sys/devices/system/cpu/vulnerabilities/retbleed': 'Mitigation: untrained return thunk',
    });
    expect(knobs.transparentHugePages.value).toBe('never');
    expect(knobs.isTurboOn.value).toBe(true);
    expect(knobs.swappiness.value).toBe(60);
    expect(knobs.isolatedCpus.value).toEqual([4, 5, 6, 7]);
    expect(knobs.nohzFullCpus.value).toEqual([]);
    expect(limits.resources!.lockedBytes.value).toBe(-1);
    expect(knobs.mitigations.value).toEqual(['retbleed']);
    expect(knobs.numaBalancing).toMatchObject({ value: null, confidence: 'unknown' });
  });

  it('joins governors that differ, over allowed CPUs only', async () => {
    const governor = (cpu: number, word: string) => [
      `/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_governor`,
      word,
    ];
    const files = Object.fromEntries([governor(0, 'performance'), governor(1, 'schedutil'), governor(2, 'powersave')]);
    expect((await probed({ ...files, '/proc/self/status': 'Cpus_allowed_list: 0-1' })).knobs.governor.value).toBe(
      'performance,schedutil',
    );
  });
});

describe('load and power', () => {
  it('reads pressure with and without the line "full"', () => {
    const some = 'some avg10=1.50 avg60=0.20 avg300=0.03 total=77';
    expect(parsePressure(some)).toEqual({ some: { avg10: 1.5, avg60: 0.2, avg300: 0.03, totalUs: 77 }, full: null });
    expect(parsePressure(`${some}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1`)?.full?.totalUs).toBe(1);
    expect(parsePressure('Operation not supported')).toBeUndefined();
  });

  it('takes steal from the eighth field and counts guests once', async () => {
    const { load } = await probed({ '/proc/stat': 'cpu  100 0 50 800 0 0 0 50 90 0\ncpu0 1 2 3' });
    expect(load.stealShare.value).toBeCloseTo(0.05, 9);
  });

  it('leaves out sensors without a reading', async () => {
    const { power } = await probed({
      '/sys/class/thermal/thermal_zone0/type': 'x86_pkg_temp',
      '/sys/class/thermal/thermal_zone0/temp': '51000',
      '/sys/class/thermal/thermal_zone1/type': 'iwlwifi',
      '/sys/class/thermal/thermal_zone1/temp': '-274000',
      '/sys/class/hwmon/hwmon0/name': 'k10temp',
      '/sys/class/hwmon/hwmon0/temp1_label': 'Tctl',
      '/sys/class/hwmon/hwmon0/temp1_input': '42125',
    });
    expect(power.temperatures.value).toEqual([
      { name: 'x86_pkg_temp', celsius: 51 },
      { name: 'k10temp Tctl', celsius: 42.125 },
    ]);
  });

  it('counts throttling for heat once a core and once a package', async () => {
    const count = (cpu: number, what: string, value: number) => [
      `/sys/devices/system/cpu/cpu${cpu}/thermal_throttle/${what}_throttle_count`,
      `${value}`,
    ];
    const base = memoryHost(generateMachine(readDescription('core-ultra-5-225u')));
    const files = Object.fromEntries([
      count(0, 'core', 3),
      count(1, 'core', 3),
      count(0, 'package', 7),
      count(1, 'package', 7),
      count(2, 'core', 1),
    ]);
    expect((await probeMachine(overlay(base, files))).power.thermalThrottleEvents.value).toBe(11);
  });
});
