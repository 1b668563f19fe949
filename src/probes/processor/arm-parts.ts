import { table } from '../../core/table.js';

/**
 * Names of ARM cores by implementer and part (MIDR_EL1 bits 31–24 and 15–4), from the vendors' reference manuals and the
 * kernel's arch/arm64/include/asm/cputype.h. Labels only: no decision rests on this table.
 */
const VENDORS: Record<string, { vendor: string; parts: Record<string, string> }> = table({
  '0x41': {
    vendor: 'arm',
    parts: {
      '0xc07': 'Cortex-A7',
      '0xc09': 'Cortex-A9',
      '0xc0f': 'Cortex-A15',
      '0xd03': 'Cortex-A53',
      '0xd04': 'Cortex-A35',
      '0xd05': 'Cortex-A55',
      '0xd06': 'Cortex-A65',
      '0xd07': 'Cortex-A57',
      '0xd08': 'Cortex-A72',
      '0xd09': 'Cortex-A73',
      '0xd0a': 'Cortex-A75',
      '0xd0b': 'Cortex-A76',
      '0xd0c': 'Neoverse-N1',
      '0xd0d': 'Cortex-A77',
      '0xd40': 'Neoverse-V1',
      '0xd41': 'Cortex-A78',
      '0xd42': 'Cortex-A78AE',
      '0xd43': 'Cortex-A65AE',
      '0xd44': 'Cortex-X1',
      '0xd46': 'Cortex-A510',
      '0xd47': 'Cortex-A710',
      '0xd48': 'Cortex-X2',
      '0xd49': 'Neoverse-N2',
      '0xd4a': 'Neoverse-E1',
      '0xd4b': 'Cortex-A78C',
      '0xd4d': 'Cortex-A715',
      '0xd4e': 'Cortex-X3',
      '0xd4f': 'Neoverse-V2',
      '0xd80': 'Cortex-A520',
      '0xd81': 'Cortex-A720',
      '0xd82': 'Cortex-X4',
      '0xd83': 'Neoverse-V3AE',
      '0xd84': 'Neoverse-V3',
      '0xd85': 'Cortex-X925',
      '0xd87': 'Cortex-A725',
      '0xd8e': 'Neoverse-N3',
    },
  },
  '0x42': { vendor: 'broadcom', parts: { '0x516': 'ThunderX2' } },
  '0x43': { vendor: 'cavium', parts: { '0xa1': 'ThunderX', '0xaf': 'ThunderX2' } },
  '0x46': { vendor: 'fujitsu', parts: { '0x1': 'A64FX', '0x3': 'MONAKA' } },
  '0x48': { vendor: 'hisilicon', parts: { '0xd01': 'Kunpeng-920', '0xd02': 'Kunpeng-920-v2', '0xd06': 'HIP12' } },
  '0x4e': { vendor: 'nvidia', parts: { '0x3': 'Denver 2', '0x4': 'Carmel', '0x10': 'Olympus' } },
  '0x51': { vendor: 'qualcomm', parts: { '0xc00': 'Falkor', '0x1': 'Oryon' } },
  '0x61': {
    vendor: 'apple',
    parts: {
      '0x22': 'Icestorm (M1)',
      '0x23': 'Firestorm (M1)',
      '0x24': 'Icestorm (M1 Pro)',
      '0x25': 'Firestorm (M1 Pro)',
      '0x28': 'Icestorm (M1 Max)',
      '0x29': 'Firestorm (M1 Max)',
      '0x32': 'Blizzard (M2)',
      '0x33': 'Avalanche (M2)',
      '0x34': 'Blizzard (M2 Pro)',
      '0x35': 'Avalanche (M2 Pro)',
      '0x38': 'Blizzard (M2 Max)',
      '0x39': 'Avalanche (M2 Max)',
    },
  },
  '0x6d': { vendor: 'microsoft', parts: { '0xd49': 'Neoverse-N2 (Azure Cobalt 100)' } },
  '0xc0': { vendor: 'ampere', parts: { '0xac3': 'AmpereOne', '0xac4': 'AmpereOne (1A)', '0xac5': 'AmpereOne (1B)' } },
});

/**
 * Designs that run more than one thread a core: Cortex-A65, A65AE and Neoverse-E1, ThunderX2, Kunpeng 920's successor and
 * NVIDIA's Olympus. No other design of the table has SMT.
 */
const WITH_SMT = /^(?:Cortex-A65|Neoverse-E1|ThunderX2|Kunpeng-920-v2|HIP12|Olympus)/;

/** True when one CPU is one core whatever a hypervisor says; false for SMT designs, Apple's (whose guests hide the kinds) and unknown ones. */
export function isOneThreadACore({ implementer, part }: ArmCore): boolean {
  const maker = VENDORS[implementer.toLowerCase()];
  const name = maker?.parts[`0x${part.toString(16)}`];
  return name !== undefined && maker?.vendor !== 'apple' && !WITH_SMT.test(name);
}

export type ArmCore = { implementer: string; part: number };

/** MIDR_EL1 as sysfs prints it → implementer and part; revision and variant do not make another core. */
export function parseMidr(text: string): ArmCore | undefined {
  if (!/^0x[0-9a-f]+$/i.test(text)) return undefined;
  const midr = Number(BigInt(text) & 0xffffffffn);
  return { implementer: `0x${(midr >>> 24).toString(16).padStart(2, '0')}`, part: (midr >>> 4) & 0xfff };
}

export const armVendor = (implementer: string): string | undefined => VENDORS[implementer.toLowerCase()]?.vendor;

/** Processors that only one cloud has, by the maker that the DMI table names and the core inside. */
const CLOUD_PROCESSORS: [RegExp, Record<string, string>][] = [
  [
    /^Amazon EC2/,
    {
      'Cortex-A72': 'AWS Graviton',
      'Neoverse-N1': 'AWS Graviton2',
      'Neoverse-V1': 'AWS Graviton3',
      'Neoverse-V2': 'AWS Graviton4',
      'Neoverse-V3': 'AWS Graviton5',
    },
  ],
  [/^Google/, { 'Neoverse-V2': 'Google Axion', 'Neoverse-N3': 'Google Axion', 'Neoverse-N1': 'Ampere Altra' }],
  [/^Oracle/, { 'Neoverse-N1': 'Ampere Altra' }],
  [/^NVIDIA/, { 'Neoverse-V2': 'NVIDIA Grace' }],
];

/** What a processor is sold as, where its core and the maker of the machine say it; a label only. */
export function soldAs(core: string, systemVendor: string): string | undefined {
  return CLOUD_PROCESSORS.find(([maker]) => maker.test(systemVendor))?.[1][core];
}

export function armName({ implementer, part }: ArmCore): string {
  const number = `0x${part.toString(16)}`;
  return VENDORS[implementer.toLowerCase()]?.parts[number] ?? `ARM ${implementer} part ${number}`;
}
