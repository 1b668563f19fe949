import { type Fact, known, unknown } from '../../core/fact.js';
import type { Machine, Pressure } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { findHierarchy } from '../limits/cgroup.js';
import { fileFact } from '../reading/file-fact.js';

/** What else the machine is doing, as one snapshot: averages and totals that the kernel keeps itself. */
export function probeLoad(host: Host): Machine['load'] {
  const cpu = findHierarchy(host, 'cpu');
  const group = cpu?.version === 2 ? cpu.levels[0]! : undefined;
  return {
    loadAverage: fileFact(host, '/proc/loadavg', (text) => text.split(/\s+/).slice(0, 3).map(Number)),
    stealShare: stealSinceBoot(host),
    cpuPressure: fileFact(host, '/proc/pressure/cpu', parsePressure),
    memoryPressure: fileFact(host, '/proc/pressure/memory', parsePressure),
    ioPressure: fileFact(host, '/proc/pressure/io', parsePressure),
    cgroupCpuPressure: group
      ? fileFact(host, `${group}/cpu.pressure`, parsePressure)
      : unknown('cpu.pressure', 'unknown', 'only in cgroup v2'),
  };
}

export type CpuTicks = { totalTicks: number; stealTicks: number };

/** The `cpu` line of /proc/stat. Guest time is part of user time and must not be counted again, so only 8 fields are summed. */
export function readCpuTicks(host: Host): CpuTicks | undefined {
  const ticks = /^cpu\s+(.*)$/m
    .exec(host.read('/proc/stat') ?? '')?.[1]
    ?.split(/\s+/)
    .map(Number);
  if (!ticks || ticks.length < 8) return undefined;
  return { totalTicks: ticks.slice(0, 8).reduce((sum, value) => sum + value, 0), stealTicks: ticks[7]! };
}

function stealSinceBoot(host: Host): Fact<number> {
  const ticks = readCpuTicks(host);
  if (!ticks || ticks.totalTicks === 0) return unknown('/proc/stat');
  return known(ticks.stealTicks / ticks.totalTicks, '/proc/stat', 'since boot');
}

/** Pressure stall information. The `full` line of cpu is missing before Linux 5.13. */
export function parsePressure(text: string): Pressure | undefined {
  const line = (kind: string) => {
    const match = new RegExp(`^${kind} avg10=([\\d.]+) avg60=([\\d.]+) avg300=([\\d.]+) total=(\\d+)`, 'm').exec(text);
    if (!match) return null;
    const [avg10, avg60, avg300, totalUs] = match.slice(1).map(Number) as [number, number, number, number];
    return { avg10, avg60, avg300, totalUs };
  };
  const some = line('some');
  return some === null ? undefined : { some, full: line('full') };
}
