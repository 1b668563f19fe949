import type { Machine } from '../core/machine.js';
import { formatBytes } from '../core/units.js';
import { kindCount } from '../probes/topology/kind-groups.js';
import { bandwidthSection } from './probe-page/bandwidth-section.js';
import { drawMachine } from './probe-page/drawing.js';
import { adviceSection, bindingsSection } from './probe-page/findings-sections.js';
import {
  environmentSection,
  kernelSection,
  memorySection,
  processorSection,
  programsSection,
  type Section,
  threadsSection,
} from './probe-page/sections.js';
import { factText, openStyle, type Style } from './probe-page/style.js';

/** What a machine is and what about it will hurt, as a page for the terminal. */
export function probePage(machine: Machine, options: { hasColor: boolean }): string {
  const style = openStyle(options.hasColor);
  const sections = [
    threadsSection(machine, style),
    bandwidthSection(machine, style),
    memorySection(machine, style),
    processorSection(machine),
    environmentSection(machine),
    kernelSection(machine),
    programsSection(machine),
    bindingsSection(machine, style),
    adviceSection(machine, style),
  ];
  const notes = machine.topology.notes
    .concat(machine.numa.notes, machine.caches.llc.note ?? [])
    .map((note) => style.dim(`note: ${note}`));
  return [
    ...title(machine, style),
    '',
    ...drawMachine(machine, style).map((line) => `  ${line}`),
    ...notes.map((line) => `  ${line}`),
    ...sections.flatMap((section) => rendered(section, style)),
    '',
    style.dim(`fingerprint ${machine.fingerprint.hash}${machine.isLive ? '' : ' of a recorded machine'}`),
  ].join('\n');
}

function title({ cpu, platform, topology, memory }: Machine, style: Style): string[] {
  const { machine, kinds } = topology;
  const many = (count: number, name: string) => `${count} ${name}${count === 1 ? '' : 's'}`;
  const cores =
    kinds.length > 1
      ? `${many(machine.cores, 'core')} (${kinds.map(kindCount).join(', ')})`
      : many(machine.cores, 'core');
  return [
    style.bold(factText(cpu.model, (name) => name.replace(/\s+/g, ' '))),
    [
      many(machine.cpus, 'CPU'),
      cores,
      many(machine.packages, 'package'),
      many(machine.nodes, 'NUMA node'),
      factText(memory.totalBytes, formatBytes),
    ].join(' · '),
    style.dim(
      [platform.arch, factText(platform.distribution), platform.libc.value ?? '']
        .filter((part) => part !== '')
        .join(' · '),
    ),
  ];
}

function rendered({ title, lines }: Section, style: Style): string[] {
  return ['', style.bold(title), ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
}
