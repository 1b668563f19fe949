import type { Machine } from '../../core/machine.js';
import { formatBytes } from '../../core/units.js';
import { columns, factText, folded, type Style } from './style.js';

export type Section = { title: string; lines: string[] };

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

export function threadsSection({ limits }: Machine, style: Style): Section {
  const inputs = columns(limits.inputs.map((input) => [input.name, input.value, style.dim(input.source)]));
  const ceiling =
    limits.threadCeiling > limits.threadBudget ? `, at most ${limits.threadCeiling} before they share CPUs` : '';
  const throttled = limits.isThrottled.value
    ? [style.yellow(`The quota has stopped this group in ${limits.throttledPeriods.value} periods so far.`)]
    : [];
  return {
    title: 'Threads',
    lines: [
      `${style.bold(`${limits.threadBudget} by default`)}${ceiling}`,
      ...limits.reasons.map((reason) => `because ${reason}`),
      ...throttled,
      ...inputs,
    ],
  };
}

export function processorSection({ cpu, platform }: Machine): Section {
  const has = Object.entries(cpu.isa)
    .filter(([, value]) => value === true)
    .map(([name]) => name);
  const unsure = Object.entries(cpu.isa)
    .filter(([, value]) => value === null)
    .map(([name]) => name);
  const unknownWords =
    cpu.flags.value === null
      ? ['unknown: the kernel shows no feature words']
      : unsure.length > 0
        ? [`not known: ${unsure.join(' ')}`]
        : [];
  const amx = cpu.isa.amx ? ['AMX is present; whether the kernel grants it shows once an engine uses it'] : [];
  return {
    title: 'Instruction sets',
    lines: [
      ...folded(has.join(' '), 96, ''),
      ...unknownWords,
      ...amx,
      `clock up to ${factText(cpu.maxMhz, (mhz) => `${Math.round(mhz)} MHz`)}, ${platform.arch}`,
    ].filter((line) => line !== ''),
  };
}

export function memorySection({ memory }: Machine, style: Style): Section {
  const rows = [
    ['total', factText(memory.totalBytes, formatBytes), ''],
    ['limit', factText(memory.limitBytes, formatBytes), style.dim(memory.limitBytes.source)],
    ['usable now', factText(memory.usableBytes, formatBytes), style.dim(memory.usableBytes.source)],
    [
      'swap',
      `${factText(memory.swapUsedBytes, formatBytes)} of ${factText(memory.swapTotalBytes, formatBytes)} used`,
      '',
    ],
    ['modules', factText(memory.dimms, modulesText), ''],
    ['channels', factText(memory.channels), ''],
  ];
  return { title: 'Memory', lines: columns(rows) };
}

function modulesText(dimms: NonNullable<Machine['memory']['dimms']['value']>): string {
  const counts = new Map<string, number>();
  for (const dimm of dimms.filter(({ sizeBytes }) => sizeBytes > 0)) {
    const name = `${formatBytes(dimm.sizeBytes)} ${dimm.type}${dimm.speedMtPerS ? `-${dimm.speedMtPerS}` : ''}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${count} × ${name}`).join(', ');
}

export function environmentSection({ virtualization, load, power }: Machine): Section {
  const named = (is: boolean | null, name: string | null) =>
    is === null ? 'unknown' : is ? `yes${name ? ` (${name})` : ''}` : 'no';
  const pressure = factText(load.cpuPressure, (psi) => `${psi.some.avg10} % of the last 10 s`);
  const warmest = factText(
    power.temperatures,
    (sensors) => `${Math.max(...sensors.map(({ celsius }) => celsius)).toFixed(0)} °C at the warmest sensor`,
  );
  return {
    title: 'Surroundings',
    lines: columns([
      ['container', named(virtualization.isContainer.value, virtualization.containerRuntime.value)],
      ['virtual machine', named(virtualization.isVm.value, virtualization.hypervisor.value)],
      ['Kubernetes', factText(virtualization.isKubernetes, yesNo)],
      ['stolen time', factText(load.stealShare, (share) => `${percent(share)} since boot`)],
      ['waiting for a CPU', pressure],
      ['heat', warmest],
      [
        'energy counters',
        factText(
          power.energyZones,
          (zones) =>
            `${zones.map((zone) => zone.name).join(', ')}${zones.some((zone) => zone.isReadable) ? '' : ' (need root)'}`,
        ),
      ],
    ]),
  };
}

export function kernelSection({ knobs, platform }: Machine): Section {
  return {
    title: 'Kernel',
    lines: columns([
      ['release', factText(platform.kernel)],
      [
        'governor',
        `${factText(knobs.governor)}${knobs.energyPreference.value ? `, preference ${knobs.energyPreference.value}` : ''}`,
      ],
      ['turbo', factText(knobs.isTurboOn, (on) => (on ? 'on' : 'off'))],
      ['huge pages', `transparent: ${factText(knobs.transparentHugePages)}`],
      ['NUMA balancing', factText(knobs.numaBalancing, (mode) => (mode === 0 ? 'off' : 'on'))],
      ['swappiness', factText(knobs.swappiness)],
      ['SMT', factText(knobs.smtControl)],
      ['isolated CPUs', factText(knobs.isolatedCpus, (cpus) => (cpus.length === 0 ? 'none' : cpus.join(',')))],
      ['clock', factText(knobs.clocksource)],
    ]),
  };
}

export function programsSection({ allocators, tools, isLive }: Machine): Section {
  if (!isLive && allocators.length + tools.length === 0)
    return { title: 'Allocators and tools', lines: ['not recorded'] };
  const found = allocators.map(
    (allocator) =>
      `${allocator.variant} ${allocator.path}${allocator.usable ? '' : ` (not usable: ${allocator.reason})`}`,
  );
  return {
    title: 'Allocators and tools',
    lines: [
      ...(found.length > 0 ? found : ['no alternative allocator found']),
      tools.length > 0 ? tools.map((tool) => tool.name).join(' ') : 'no tools found',
    ],
  };
}
