import { formatCpuList } from '../../core/cpu-list.js';
import type { Machine } from '../../core/machine.js';
import { formatBytes } from '../../core/units.js';
import { columns, factText, folded, type Style } from './style.js';

export type Section = { title: string; lines: string[] };

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Limits beside CPUs and memory that are set; those without a limit say nothing. */
function resourcesText({ resources }: Machine['limits']): string[][] {
  if (!resources) return [];
  const rows: [string, (typeof resources)[keyof typeof resources], (value: number) => string][] = [
    ['tasks', resources.startableTasks, (value) => `${value} may start`],
    ['address space', resources.addressSpaceBytes, formatBytes],
    ['private memory', resources.dataBytes, formatBytes],
    ['locked memory', resources.lockedBytes, formatBytes],
    ['open files', resources.openFiles, String],
    ['reading', resources.readBytesPerSecond, (value) => `${formatBytes(value)}/s`],
  ];
  return rows.flatMap(([name, fact, format]) =>
    fact.value === null || fact.value < 0 ? [] : [[name, format(fact.value), fact.source]],
  );
}

export function threadsSection({ limits }: Machine, style: Style): Section {
  const inputs = columns([
    ...limits.inputs
      .filter((input) => input.name !== 'tasks')
      .map((input) => [input.name, input.value, style.dim(input.source)]),
    ...resourcesText(limits).map(([name, value, source]) => [name!, value!, style.dim(source!)]),
  ]);
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

export function processorSection({ cpu, caches, gpus, platform }: Machine): Section {
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
    title: 'Processor',
    lines: [
      ...folded(has.join(' '), 96, ''),
      ...unknownWords,
      ...amx,
      `clock up to ${factText(cpu.maxMhz, (mhz) => `${Math.round(mhz)} MHz`)}, ${platform.arch}`,
      cachesText(caches),
      gpusText(gpus),
    ].filter((line) => line !== ''),
  };
}

/** `caches: L1 32.0 KiB, L2 1.00 MiB, L3 32.0 MiB`: the size of one of each; several sizes stand side by side. */
function cachesText({ levels }: Machine['caches']): string {
  const size = (bytes: number | null) => (bytes === null ? 'of unknown size' : formatBytes(bytes));
  const texts = levels.map(({ level, domains }) => {
    const sizes = [...new Set(domains.map((domain) => size(domain.sizeBytes)))];
    return `${domains.length} × L${level} ${sizes.join(' or ')}`;
  });
  return texts.length === 0 ? '' : `caches: ${texts.join(', ')}`;
}

function gpusText(gpus: Machine['gpus']): string {
  if (!gpus?.value || gpus.value.length === 0) return '';
  return `GPU${gpus.value.length === 1 ? '' : 's'}, not used: ${gpus.value.map(({ vendor, model }) => model ?? vendor).join(', ')}`;
}

export function memorySection({ memory, numa }: Machine, style: Style): Section {
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
    [
      'can give',
      factText(memory.theoreticalBytesPerSecond, ratePerSecond),
      style.dim('modules × their speed, a bound'),
    ],
  ];
  return { title: 'Memory', lines: [...columns(rows), ...nodeTable(numa, style)] };
}

const ratePerSecond = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB/s`;

/** What is left on each node, and how far it is from the others (10 is local). */
function nodeTable({ nodes }: Machine['numa'], style: Style): string[] {
  if (nodes.length < 2) return [];
  const shown = nodes.filter((node) => node.kind !== 'empty').slice(0, MOST_NODES);
  const rows = shown.map((node) => [
    `node ${node.id}`,
    node.freeBytes === null ? 'unknown' : formatBytes(node.freeBytes),
    node.availableBytes == null ? 'unknown' : formatBytes(node.availableBytes),
    node.isMemoryAllowed ? 'yes' : 'no',
    node.readBytesPerSecond ? ratePerSecond(node.readBytesPerSecond) : '',
    node.distances.length > 0 ? runs(node.distances) : 'unknown',
  ]);
  const head = [
    '',
    'free',
    'with page cache',
    'allowed',
    shown.some((node) => node.readBytesPerSecond) ? 'firmware says' : '',
    'distances',
  ];
  const left = nodes.length - shown.length;
  const rest =
    left > 0 ? [style.dim(`${left} more node${left === 1 ? '' : 's'}, empty or alike: --json has them`)] : [];
  return ['', ...columns([head, ...rows]).map((line, index) => (index === 0 ? style.dim(line) : line)), ...rest];
}

/** More would push everything else off the screen. */
const MOST_NODES = 16;

/** `10 21 21 21` → `10 21 × 3`. */
function runs(values: number[]): string {
  const groups: { value: number; count: number }[] = [];
  for (const value of values) {
    const last = groups.at(-1);
    if (last?.value === value) last.count++;
    else groups.push({ value, count: 1 });
  }
  return groups
    .map(({ value, count }) => (count > 2 ? `${value} × ${count}` : Array(count).fill(value).join(' ')))
    .join(' ');
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
      ['isolated CPUs', factText(knobs.isolatedCpus, (cpus) => (cpus.length === 0 ? 'none' : formatCpuList(cpus)))],
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
