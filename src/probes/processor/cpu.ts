import { type Fact, known, likely, unknown } from '../../core/fact.js';
import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { table } from '../../core/table.js';
import { blocksOf, type CpuinfoBlock, commonWords, cpuinfoField, readCpuinfo } from '../reading/cpuinfo.js';
import { asWhole, fileFact } from '../reading/file-fact.js';
import { maximumMhz } from '../reading/per-cpu.js';
import { armCores } from '../topology/arm-cores.js';
import { CPU_FOLDER, readCpuSet } from '../topology/cpu-set.js';
import { armName, armVendor, soldAs } from './arm-parts.js';
import { isaOf } from './isa.js';

const SOURCE = '/proc/cpuinfo';

const VENDORS: Record<string, string> = table({
  GenuineIntel: 'intel',
  AuthenticAMD: 'amd',
  HygonGenuine: 'hygon',
  CentaurHauls: 'zhaoxin',
  Shanghai: 'zhaoxin',
  'IBM/S390': 'ibm',
});

/** The processor: names are labels, feature words decide. Both hold for every CPU this process may run on. */
export function probeCpu(host: Host, { platform }: Pick<Machine, 'platform'>): Machine['cpu'] {
  const { allowed } = readCpuSet(host);
  const blocks = blocksOf(readCpuinfo(host), allowed);
  const field = (...names: string[]): Fact<string> => {
    const value = cpuinfoField(blocks, ...names);
    return value === undefined ? unknown(SOURCE) : known(value, `${SOURCE} ${names[0]}`);
  };
  const flags = commonWords(blocks, 'flags', 'Features', 'features', 'isa');
  const sveBytes = fileFact(host, '/proc/sys/abi/sve_default_vector_length', asWhole);
  return {
    model: modelName(host, blocks, allowed),
    vendor: vendorName(blocks),
    family: field('cpu family', 'CPU implementer', 'CPU Family'),
    modelNumber: field('model', 'CPU part'),
    stepping: field('stepping', 'CPU variant', 'revision'),
    microcode: field('microcode'),
    flags: flags === undefined ? unknown(SOURCE) : known(flags, SOURCE, 'words that every allowed CPU has'),
    isa: isaOf(platform.arch, flags ?? null),
    sveBits: sveBytes.value === null ? unknown(sveBytes.source) : known(sveBytes.value * 8, sveBytes.source),
    maxMhz: maximumMhz(host, allowed),
  };
}

function modelName(host: Host, blocks: CpuinfoBlock[], allowed: number[]): Fact<string> {
  const printed = cpuinfoField(
    blocks,
    'model name',
    'Model Name',
    'cpu model',
    'uarch',
    'cpu',
    'Processor',
    'Hardware',
  );
  const cores = [...new Set([...armCores(host, allowed).values()].map(armName))];
  const sold = cores.length === 1 && soldAs(cores[0]!, host.read('/sys/class/dmi/id/sys_vendor') ?? '');
  if (cores.length > 0)
    return likely(
      sold ? `${sold} (${cores[0]})` : cores.join(' + '),
      `${SOURCE} CPU part, or ${CPU_FOLDER}/cpu*/regs/identification/midr_el1`,
    );
  return printed === undefined ? unknown(SOURCE) : likely(printed, SOURCE, 'a label; a virtual machine may invent it');
}

function vendorName(blocks: CpuinfoBlock[]): Fact<string> {
  const printed = cpuinfoField(blocks, 'vendor_id', 'vendor');
  if (printed !== undefined) return known(VENDORS[printed] ?? printed.toLowerCase(), `${SOURCE} vendor_id`);
  const implementer = cpuinfoField(blocks, 'CPU implementer');
  const vendor = implementer && armVendor(implementer);
  return vendor ? known(vendor, `${SOURCE} CPU implementer`) : unknown(SOURCE);
}
