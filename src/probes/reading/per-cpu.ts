import { type Fact, known, unknown } from '../../core/fact.js';
import type { Host } from '../../core/ports.js';
import { CPU_FOLDER } from '../topology/cpu-set.js';
import { asWhole } from './file-fact.js';

/** A number of cpufreq for each CPU that has it. Where the first CPU and the last lack the file, the others are not asked. */
export function readPerCpu(host: Host, cpus: number[], file: string): Map<number, string> {
  const path = (cpu: number) => `${CPU_FOLDER}/cpu${cpu}/${file}`;
  const ends = [cpus[0], cpus.at(-1)].filter((cpu) => cpu !== undefined);
  if (ends.every((cpu) => host.read(path(cpu)) === undefined)) return new Map();
  return new Map(
    cpus.flatMap((cpu) => {
      const text = host.read(path(cpu));
      return text === undefined || text === '' ? [] : [[cpu, text]];
    }),
  );
}

export function readNumberPerCpu(host: Host, cpus: number[], file: string): Map<number, number> {
  const numbers = new Map<number, number>();
  for (const [cpu, text] of readPerCpu(host, cpus, file)) {
    const value = asWhole(text);
    if (value !== undefined && value > 0) numbers.set(cpu, value);
  }
  return numbers;
}

export function maximumMhz(host: Host, cpus: number[]): Fact<number> {
  const source = `${CPU_FOLDER}/cpu*/cpufreq/cpuinfo_max_freq`;
  const kilohertz = readNumberPerCpu(host, cpus, 'cpufreq/cpuinfo_max_freq');
  return kilohertz.size === 0 ? unknown(source) : known(Math.max(...kilohertz.values()) / 1000, source);
}

/** What the CPUs say in one file, joined when they differ. */
export function commonText(host: Host, cpus: number[], file: string): Fact<string> {
  const source = `${CPU_FOLDER}/cpu*/${file}`;
  const words = [...new Set(readPerCpu(host, cpus, file).values())].sort();
  return words.length === 0 ? unknown(source) : known(words.join(','), source);
}
