import { describe, expect, it } from 'vitest';
import { type Machine, machineSchema } from '../../../../src/core/machine.js';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { generateMachine, readDescription } from '../../../helpers/machines/generated.js';
import { overlay } from '../../../helpers/machines/overlay.js';

const bare = memoryHost(generateMachine(readDescription('sapphire-rapids-amx')));
/** What follows from two packages alone. */
const SHAPE = ['several-numa-nodes'];
const found = (machine: Machine) => machine.advice.map((item) => item.id);
const KNOWN = { '/sys/devices/system/cpu/intel_pstate/no_turbo': '0' };
const cpufreq = (file: string, word: string) => ({ [`/sys/devices/system/cpu/cpu0/cpufreq/${file}`]: word });
const meminfo = (fields: string) => ({ '/proc/meminfo': `MemTotal: 8388608 kB\n${fields}` });

describe('advice', () => {
  it('has nothing to say about a machine in order', async () => {
    expect(found(await probeMachine(overlay(bare, KNOWN)))).toEqual(SHAPE);
  });

  type Case = [string, Record<string, string>];
  const cases: Case[] = [
    ['mitigations-costly', { '/sys/devices/system/cpu/vulnerabilities/gather_data_sampling': 'Mitigation: Microcode' }],
    [
      'gpu-present',
      { '/sys/bus/pci/devices/0000:01:00.0/class': '0x030200', '/sys/bus/pci/devices/0000:01:00.0/vendor': '0x10de' },
    ],
    ['turbo-off', { '/sys/devices/system/cpu/intel_pstate/no_turbo': '1' }],
    ['governor-slow', { ...cpufreq('scaling_governor', 'powersave'), ...cpufreq('scaling_driver', 'acpi-cpufreq') }],
    ['energy-preference-power', { ...cpufreq('energy_performance_preference', 'balance_power') }],
    ['huge-pages-never', { '/sys/kernel/mm/transparent_hugepage/enabled': 'always madvise [never]' }],
    ['numa-balancing-on', { '/proc/sys/kernel/numa_balancing': '1' }],
    ['zone-reclaim-on', { '/proc/sys/vm/zone_reclaim_mode': '1' }],
    ['overcommit-strict', { '/proc/sys/vm/overcommit_memory': '2' }],
    ['clock-slow', { '/sys/devices/system/clocksource/clocksource0/current_clocksource': 'hpet' }],
    [
      'swappiness-high',
      {
        '/proc/sys/vm/swappiness': '60',
        ...meminfo('MemAvailable: 8000000 kB\nSwapTotal: 1000000 kB\nSwapFree: 1000000 kB'),
      },
    ],
    ['swap-in-use', meminfo('MemAvailable: 8000000 kB\nSwapTotal: 1000000 kB\nSwapFree: 100000 kB')],
    ['memory-nearly-full', meminfo('MemAvailable: 800000 kB')],
    ['steal-high', { '/proc/stat': 'cpu 100 0 0 800 0 0 0 100 0 0' }],
    ['machine-busy', { '/proc/pressure/cpu': 'some avg10=25.00 avg60=9.00 avg300=1.00 total=5' }],
    ['heat-throttled', { '/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count': '4' }],
    ['cpus-isolated', { '/sys/devices/system/cpu/isolated': '8-11', '/proc/self/status': 'Cpus_allowed_list: 0-7' }],
    ['numactl-missing', { '/usr/bin/taskset': '' }],
    ['allocators-missing', { '/usr/bin/taskset': '' }],
    ['avx2-missing', { '/proc/cpuinfo': 'processor: 0\nvendor_id: GenuineIntel\nflags: lm sse4_2 avx' }],
  ];
  it.each(cases)('%s', async (id, files) => {
    const { advice } = await probeMachine(overlay(bare, { ...KNOWN, ...files }));
    expect(advice.map((item) => item.id)).toContain(id);
  });

  it('does not call powersave of intel_pstate slow: there the preference counts', async () => {
    const files = {
      ...KNOWN,
      ...cpufreq('scaling_governor', 'powersave'),
      ...cpufreq('scaling_driver', 'intel_pstate'),
      ...cpufreq('energy_performance_preference', 'balance_performance'),
    };
    expect(found(await probeMachine(overlay(bare, files)))).toEqual(SHAPE);
  });

  it('rests every finding on a field that exists, and puts problems first', async () => {
    const files = Object.assign({}, ...cases.map(([, changes]) => changes)) as Record<string, string>;
    const machine = await probeMachine(overlay(bare, files));
    expect(machine.advice.length).toBeGreaterThan(8);
    for (const { fact } of machine.advice)
      expect(
        fact.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], machine),
        fact,
      ).toBeDefined();
    const ranks = machine.advice.map((item) => ['problem', 'warning', 'info'].indexOf(item.severity));
    expect(ranks).toEqual([...ranks].sort());
    expect(machineSchema.parse(machine)).toEqual(machine);
  });
});
