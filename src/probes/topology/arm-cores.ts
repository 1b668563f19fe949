import type { Host } from '../../core/ports.js';
import { type ArmCore, parseMidr } from '../processor/arm-parts.js';
import { readCpuinfo } from '../reading/cpuinfo.js';
import { readPerCpu } from '../reading/per-cpu.js';

/** Which core design each CPU is, from MIDR_EL1 or /proc/cpuinfo; empty where neither says it for every CPU. */
export function armCores(host: Host, cpus: number[]): Map<number, ArmCore> {
  const cores = new Map<number, ArmCore>();
  for (const [cpu, text] of readPerCpu(host, cpus, 'regs/identification/midr_el1')) {
    const core = parseMidr(text);
    if (core) cores.set(cpu, core);
  }
  if (cores.size === cpus.length) return cores;
  const blocks = readCpuinfo(host).filter((block) => block.fields.has('CPU part'));
  for (const cpu of cpus) {
    const block = blocks.find((candidate) => candidate.cpu === cpu) ?? (blocks.length === 1 ? blocks[0] : undefined);
    const implementer = block?.fields.get('CPU implementer');
    if (block && implementer) cores.set(cpu, { implementer, part: Number(block.fields.get('CPU part')) });
  }
  return cores.size === cpus.length ? cores : new Map();
}
